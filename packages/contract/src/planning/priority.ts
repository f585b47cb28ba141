import * as z from "zod";

/** How binding a requirement is; an uncovered MUST vetoes a plan. */
export const obligations = ["MUST", "SHOULD", "MAY"] as const;

export type Obligation = (typeof obligations)[number];

/** Words models and people use for the three; anything else is refused rather than guessed. */
const spoken: ReadonlyMap<string, Obligation> = new Map([
  ["MUST", "MUST"],
  ["SHALL", "MUST"],
  ["REQUIRED", "MUST"],
  ["CRITICAL", "MUST"],
  ["HIGH", "MUST"],
  ["SHOULD", "SHOULD"],
  ["RECOMMENDED", "SHOULD"],
  ["MEDIUM", "SHOULD"],
  ["MAY", "MAY"],
  ["COULD", "MAY"],
  ["OPTIONAL", "MAY"],
  ["LOW", "MAY"],
]);

/** Reads any accepted spelling to `MUST|SHOULD|MAY`; an absent one is MUST, the reading that hides nothing. */
export const obligation = z
  .string()
  .meta({ enum: [...obligations] })
  .transform((word, context): Obligation => {
    const known = spoken.get(word.trim().toUpperCase());
    if (known !== undefined) return known;
    context.addIssue(`"${word}" is not a priority; write MUST, SHOULD or MAY`);
    return z.NEVER;
  })
  .default("MUST");

/** The priorities of tickets and tasks, as the scheduler weighs them. */
const workPriorities = ["critical", "high", "medium", "low"] as const;

export type WorkPriority = (typeof workPriorities)[number];

const spokenWork: ReadonlyMap<string, WorkPriority> = new Map([
  ["CRITICAL", "critical"],
  ["HIGH", "high"],
  ["MEDIUM", "medium"],
  ["LOW", "low"],
  ["MUST", "high"],
  ["SHOULD", "medium"],
  ["MAY", "low"],
]);

/** Reads a ticket's or task's priority; an absent one is medium. */
export const workPriority = z
  .string()
  .meta({ enum: [...workPriorities] })
  .transform((word, context): WorkPriority => {
    const known = spokenWork.get(word.trim().toUpperCase());
    if (known !== undefined) return known;
    context.addIssue(`"${word}" is not a priority; write critical, high, medium or low`);
    return z.NEVER;
  })
  .default("medium");
