import type { ModelPhase } from "@aomori/contract";

/** What each phase is asked for: its purpose, then what its evaluator looks at. */
export const phaseGuides: Readonly<Record<ModelPhase, readonly string[]>> = {
  EXPLORE: [
    "Explore the repository before anything is planned. You have three read-only tools: list_files, read_file and search. Use them; name only what you have seen.",
    "Report what the code is, how it is laid out, which files matter for this change and which conventions it keeps.",
    "Ask questions in at least five categories (scope, users, data, errors, limits, …): they show what the description leaves open.",
  ],
  PRD: [
    "Write the product requirements document: for whom this change is, what they want, why, and what is left out.",
    "Give each user story an id (US-001), a role, a want, a benefit and criteria by which it is accepted.",
  ],
  REQUIREMENTS: [
    "Turn the PRD into requirements that can be checked one by one.",
    "Write each in EARS form, WHEN <condition> THE SYSTEM SHALL <behaviour>, with an id like REQ-CART-FUNC-001, a priority MUST, SHOULD or MAY, and at least two acceptance criteria.",
    "A MUST has to be met by a task later on, or the plan is refused: keep MUST for what the change is worthless without.",
  ],
  DESIGN: [
    "Design how the requirements are met in this repository, following its conventions.",
    "Name each component with its type and responsibility, the data and the interfaces, the tests, what can fail, and where it meets existing code.",
  ],
  TASKS: [
    "Plan the work as tickets (TKT-001) and tasks (TSK-001) under them. Each task is done by one agent alone, in its own copy of the repository, in at most four hours.",
    "Each task lists the files it creates or modifies; tasks without a dependency between them run at the same time, so let them own different files.",
    "Let a task depend on another only where it needs its result, and never in a circle. Name only ids of this plan and of REQUIREMENTS.",
    "Every MUST requirement stands in requirements_addressed of at least one task.",
  ],
};
