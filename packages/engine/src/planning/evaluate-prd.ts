import type { PrdArtifact } from "@aomori/contract";
import { duplicateVetoes, meanOf, says, shareOf, shareTrue } from "./evaluation.ts";
import type { Finding, Findings, Veto } from "./evaluation.ts";

const storyId = /^US-\d{3,}$/;
/** Having no open question may be honest, so it earns half. */
const nothingOpen = 0.5;

/** The PRD is judged by whether it says for whom, what, why and what not. */
export function evaluatePrd(artifact: PrdArtifact): Findings {
  const stories = artifact.user_stories;
  const vetoes: Veto[] = [
    ...duplicateVetoes(
      "user story ids",
      stories.map(({ id }) => id),
    ),
  ];
  if (stories.length === 0) {
    vetoes.push({ code: "EMPTY_ARTIFACT", message: "there is no user story; write at least one" });
  }
  const criteria = [
    ...purposeCriteria(artifact),
    ...storyCriteria(artifact),
    ...boundaryCriteria(artifact),
  ];
  return { criteria, vetoes };
}

function purposeCriteria({ overview, goals, users }: PrdArtifact): readonly Finding[] {
  const primaryGoals = goals?.primary.length ?? 0;
  const metrics = goals?.success_metrics.length ?? 0;
  const roles = users?.primary.length ?? 0;
  return [
    {
      name: "overview",
      weight: 0.15,
      score: shareTrue(
        says(overview?.feature_name),
        says(overview?.one_liner),
        says(overview?.problem_statement),
        says(overview?.solution_summary),
      ),
      detail: overview === undefined ? "none" : "four fields looked at",
      advice: "Fill overview: feature_name, one_liner, problem_statement and solution_summary",
    },
    {
      name: "goals",
      weight: 0.15,
      score: shareTrue(primaryGoals > 0, metrics > 0),
      detail: `${primaryGoals} primary, ${metrics} metrics`,
      advice: "State at least one primary goal and one of success_metrics that can be measured",
    },
    {
      name: "users",
      weight: 0.1,
      score: shareOf(roles, 1),
      detail: `${roles} primary`,
      advice: "Name at least one role in users.primary with its needs",
    },
  ];
}

function storyCriteria({ user_stories: stories }: PrdArtifact): readonly Finding[] {
  const told = meanOf(stories, ({ role, want, benefit }) =>
    shareTrue(says(role), says(want), says(benefit)),
  );
  const wellNamed = stories.filter(({ id }) => storyId.test(id)).length;
  const checkable = stories.filter((story) => story.acceptance_criteria.some(says)).length;
  return [
    {
      name: "user_stories_structure",
      weight: 0.2,
      score: told,
      detail: `${stories.length} stories`,
      advice: "Give every one of user_stories its role, want and benefit",
    },
    {
      name: "user_story_ids",
      weight: 0.05,
      score: shareOf(wellNamed, stories.length),
      detail: `${wellNamed} of ${stories.length} like US-001`,
      advice: "Number the user stories US-001, US-002, …",
    },
    {
      name: "acceptance_criteria",
      weight: 0.1,
      score: shareOf(checkable, stories.length),
      detail: `${checkable} of ${stories.length} stories have some`,
      advice: "Give every user story acceptance_criteria",
    },
  ];
}

function boundaryCriteria(artifact: PrdArtifact): readonly Finding[] {
  const { scope, constraints, risks, assumptions } = artifact;
  const limits = (constraints?.technical.length ?? 0) + (constraints?.business.length ?? 0);
  const mitigated = risks.filter(({ mitigation }) => says(mitigation)).length;
  const open = artifact.open_questions.length;
  return [
    {
      name: "scope",
      weight: 0.1,
      score: shareTrue((scope?.in_scope.length ?? 0) > 0, (scope?.out_of_scope.length ?? 0) > 0),
      detail: scope === undefined ? "none" : "in_scope and out_of_scope looked at",
      advice: "List what is in_scope and what is out_of_scope",
    },
    {
      name: "assumptions",
      weight: 0.03,
      score: shareOf(assumptions.length, 1),
      detail: `${assumptions.length} stated`,
      advice: "State at least one of assumptions",
    },
    {
      name: "constraints",
      weight: 0.05,
      score: shareOf(limits, 1),
      detail: `${limits} stated`,
      advice: "State at least one technical or business constraint",
    },
    {
      name: "risks",
      weight: 0.05,
      score: shareOf(mitigated, 1),
      detail: `${mitigated} of ${risks.length} with a mitigation`,
      advice: "Name at least one of risks with its mitigation",
    },
    {
      name: "open_questions",
      weight: 0.02,
      score: open > 0 ? 1 : nothingOpen,
      detail: `${open} open`,
      advice: "List in open_questions what a person should decide",
    },
  ];
}
