import { artifactSchemas, planningPhases } from "@aomori/contract";
import type { AcceptedArtifacts, ArtifactOf, PlanningPhase } from "@aomori/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../src/planning/evaluate.ts";
import { evaluationOf, passes } from "../src/planning/evaluation.ts";
import type { Evaluation } from "../src/planning/evaluation.ts";
import { computeSync } from "../src/planning/sync.ts";
import { acceptedOf, goodDesign, goodPlan, requirementsOf } from "./plans.ts";

const planned = goodPlan(4, [[0, 3]]);
const local = (ids: readonly { id: string }[]): Map<string, string> =>
  new Map(ids.map(({ id }) => [id, id]));
const goodSync = computeSync({
  ...planned,
  taskIds: local(planned.tasks.tasks),
  ticketIds: local(planned.tasks.tickets),
});

const good: { readonly [P in PlanningPhase]: ArtifactOf<P> } = {
  EXPLORE: artifactSchemas.EXPLORE.parse({
    codebase_summary: "A small shop with a cart, a price list and a command line to try it out.",
    project_type: "library",
    tech_stack: ["TypeScript", "node:test"],
    structure: { src: "code", test: "tests" },
    key_files: ["a", "b", "c"].map((name) => ({ path: `src/${name}.ts`, purpose: "a part" })),
    relevant_patterns: [{ pattern: "pure functions", description: "no state" }],
    conventions: { naming: "kebab-case", testing: "node:test", patterns: ["small modules"] },
    discovery_questions: ["scope", "users", "data", "errors", "limits"].map((category) => ({
      category,
      questions: ["what?"],
    })),
    feature_summary: { name: "Cart", one_liner: "x", problem_statement: "y", scope_in: ["z"] },
    related_to_feature: ["src/a.ts"],
  }),
  PRD: artifactSchemas.PRD.parse({
    overview: {
      feature_name: "Cart",
      one_liner: "a",
      problem_statement: "b",
      solution_summary: "c",
    },
    goals: { primary: ["sell"], success_metrics: [{ metric: "sales" }] },
    users: { primary: [{ role: "buyer" }] },
    user_stories: [
      { id: "US-001", role: "buyer", want: "a cart", benefit: "order", acceptance_criteria: ["x"] },
    ],
    scope: { in_scope: ["cart"], out_of_scope: ["payment"] },
    assumptions: ["one currency"],
    constraints: { technical: ["Node"] },
    risks: [{ description: "slow", mitigation: "measure" }],
    open_questions: ["taxes?"],
  }),
  REQUIREMENTS: requirementsOf(3),
  DESIGN: goodDesign,
  TASKS: { ...planned.tasks, critical_path: ["TSK-003"] },
  SYNC: goodSync,
};

const thin: { readonly [P in PlanningPhase]: unknown } = {
  EXPLORE: {},
  PRD: { user_stories: [] },
  REQUIREMENTS: { requirements: [] },
  DESIGN: { components: [] },
  TASKS: { tickets: [], tasks: [] },
  SYNC: goodSync,
};

function judge<P extends PlanningPhase>(
  phase: P,
  artifact: ArtifactOf<P>,
  accepted: AcceptedArtifacts = acceptedOf(planned),
): Evaluation {
  return evaluate(phase, artifact, { accepted });
}

const parsed = <P extends PlanningPhase>(phase: P, value: unknown): ArtifactOf<P> =>
  artifactSchemas[phase].parse(value) as ArtifactOf<P>;

describe.each(planningPhases)("%s", (phase) => {
  test("has weights that add up to 1, and a good artefact earns all of it, the same every time", () => {
    const evaluation = judge(phase, good[phase]);
    const sum = evaluation.criteria.reduce((total, { weight }) => total + weight, 0);
    expect(sum).toBeCloseTo(1, 12);
    expect(evaluation.vetoes).toEqual([]);
    expect(evaluation.feedback).toEqual([]);
    expect(evaluation.score).toBe(1);
    expect(judge(phase, good[phase])).toEqual(evaluation);
  });

  test("keeps the score of whatever parses within 0 and 1, and lets nothing vetoed pass", () => {
    const source = JSON.parse(JSON.stringify(good[phase])) as Record<string, unknown>;
    fc.assert(
      fc.property(
        mutated(source),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (value, threshold) => {
          const result = artifactSchemas[phase].safeParse(value);
          fc.pre(result.success);
          const evaluation = judge(phase, result.data as ArtifactOf<typeof phase>);
          expect(evaluation.score).toBeGreaterThanOrEqual(0);
          expect(evaluation.score).toBeLessThanOrEqual(1);
          for (const { score } of evaluation.criteria) {
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(1);
          }
          if (evaluation.vetoes.length > 0) expect(passes(evaluation, threshold)).toBe(false);
          if (evaluation.score < 1) expect(evaluation.feedback.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

/** The value with keys dropped, lists cut or doubled, texts and numbers replaced, anywhere inside. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  const keep = fc.constant(value);
  if (typeof value === "string") return pick(keep, fc.constantFrom("", " ", "TSK-001", "x"));
  if (typeof value === "number") return pick(keep, fc.constantFrom(0, -3, 1e308, 0.1));
  if (Array.isArray(value)) {
    const items = fc.tuple(...value.map(mutated));
    return pick(
      items,
      fc.constant([]),
      items.map((list) => [...list, ...list]),
    );
  }
  if (typeof value !== "object" || value === null) return keep;
  const entries = Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, mutated(entry)]),
  );
  return pick(
    fc.record(entries),
    fc.record(entries, { requiredKeys: Object.keys(entries).slice(1) }),
  );
}

function pick(
  usual: fc.Arbitrary<unknown>,
  ...others: fc.Arbitrary<unknown>[]
): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: usual, weight: 12 },
    ...others.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );
}

test("a thin artefact parses, scores low and is told what to do", () => {
  for (const phase of planningPhases) {
    if (phase === "SYNC") continue;
    const evaluation = judge(phase, parsed(phase, thin[phase]));
    expect(evaluation.score).toBeLessThan(0.2);
    expect(passes(evaluation, 0.7)).toBe(false);
    expect(evaluation.feedback.length).toBeGreaterThan(3);
  }
});

test("feedback puts vetoes first, then what costs most", () => {
  const { feedback } = judge(
    "TASKS",
    parsed("TASKS", { tickets: [], tasks: [{ id: "TSK-001", title: "a" }] }),
  );
  expect(feedback[0]).toMatch(/^Must be fixed: TSK-001 owns no file/);
  const heavy = feedback.findIndex((line) => line.includes("acceptance_criteria"));
  const light = feedback.findIndex((line) => line.startsWith("Set feature_name"));
  expect(heavy).toBeLessThan(light);
});

test("a score on the threshold passes, one below it does not", () => {
  const finding = { name: "a", weight: 0.7, score: 1, detail: "", advice: "" };
  const evaluation = evaluationOf({ criteria: [finding, { ...finding, weight: 0.3, score: 0 }] });
  expect(passes(evaluation, 0.7)).toBe(true);
  expect(passes(evaluation, 0.7001)).toBe(false);
});

test("an edited SYNC cannot hide a fault of the plan it stands on", () => {
  const broken = structuredClone(planned.tasks);
  broken.tasks.at(0)!.files_to_create = [];
  const accepted = { ...acceptedOf(planned), TASKS: broken };
  expect(judge("SYNC", goodSync, accepted).vetoes.map(({ code }) => code)).toEqual([
    "TASK_WITHOUT_FILES",
  ]);
});
