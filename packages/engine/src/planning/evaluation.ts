/** One weighted look at an artefact. */
interface Criterion {
  readonly name: string;
  /** Share of the total; the weights of a phase add up to 1. */
  readonly weight: number;
  /** 0 to 1. */
  readonly score: number;
  /** What was found, for people. */
  readonly detail: string;
}

export const vetoCodes = [
  "EMPTY_ARTIFACT",
  "DUPLICATE_ID",
  "DANGLING_REFERENCE",
  "DEPENDENCY_CYCLE",
  "UNCOVERED_REQUIREMENT",
  "TASK_WITHOUT_FILES",
  "PATH_OUTSIDE_REPOSITORY",
  "REQUIREMENTS_MISSING",
  "UNRESOLVED_ID",
  "NOT_READY",
] as const;

type VetoCode = (typeof vetoCodes)[number];

/** A finding that no score outweighs. */
export interface Veto {
  readonly code: VetoCode;
  /** What is wrong, with the ids, and what to change. */
  readonly message: string;
}

export interface Evaluation {
  /** 0 to 1. */
  readonly score: number;
  readonly criteria: readonly Criterion[];
  readonly vetoes: readonly Veto[];
  /** Instructions to the next attempt, the heaviest first. */
  readonly feedback: readonly string[];
}

/** A criterion as an evaluator finds it: `advice` tells the next attempt how to earn the rest. */
export interface Finding extends Criterion {
  readonly advice: string;
}

export interface Findings {
  readonly criteria: readonly Finding[];
  readonly vetoes?: readonly Veto[];
}

/** A number forced into 0..1; what is not a number is 0. */
export function unit(value: number): number {
  return value > 0 ? Math.min(value, 1) : 0;
}

/** How much of `wanted` there is, 0 to 1. */
export function shareOf(count: number, wanted: number): number {
  return wanted > 0 ? unit(count / wanted) : 0;
}

/** The mean of `score` over the items, 0 for none. */
export function meanOf<Item>(items: readonly Item[], score: (item: Item) => number): number {
  if (items.length === 0) return 0;
  return items.reduce((sum, item) => sum + unit(score(item)), 0) / items.length;
}

/** The share of the conditions that hold. */
export function shareTrue(...conditions: readonly boolean[]): number {
  return shareOf(conditions.filter(Boolean).length, conditions.length);
}

/** True for text that says something. */
export function says(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== "";
}

/** How many entries text, a list or a map has. */
export function entriesIn(value: unknown): number {
  if (typeof value === "string") return value.split("\n").filter(says).length;
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

const scale = 10_000;

/** Adds the findings up: score to four decimals, feedback with vetoes first and then by what each criterion cost. */
export function evaluationOf({ criteria, vetoes = [] }: Findings): Evaluation {
  const total = criteria.reduce((sum, { weight, score }) => sum + weight * unit(score), 0);
  const lost = criteria
    .filter(({ score }) => unit(score) < 1)
    .toSorted((a, b) => b.weight * (1 - unit(b.score)) - a.weight * (1 - unit(a.score)));
  return {
    score: unit(Math.round(total * scale) / scale),
    criteria: criteria.map(({ name, weight, score, detail }) => ({
      name,
      weight,
      score: unit(score),
      detail,
    })),
    vetoes,
    feedback: [
      ...vetoes.map(({ message }) => `Must be fixed: ${message}`),
      ...lost.map(({ advice, detail }) => `${advice} (now: ${detail})`),
    ],
  };
}

/** Whether an artefact may be accepted without a person: no veto, and at least the threshold (0 to 1). */
export function passes(evaluation: Evaluation, threshold: number): boolean {
  return evaluation.vetoes.length === 0 && evaluation.score >= threshold;
}

/** The ids that occur more than once. */
export function duplicatesIn(ids: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice];
}

/** One veto for all ids of a kind that are used twice; none where there are none. */
export function duplicateVetoes(what: string, ids: Iterable<string>): readonly Veto[] {
  const twice = duplicatesIn(ids);
  if (twice.length === 0) return [];
  const message = `${what} used more than once: ${twice.join(", ")}; give each its own`;
  return [{ code: "DUPLICATE_ID", message }];
}
