import type { TasksArtifact } from "@aomori/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../src/planning/evaluate.ts";
import { passes } from "../src/planning/evaluation.ts";
import type { Evaluation } from "../src/planning/evaluation.ts";
import { acceptedOf, anyGoodPlan, goodPlan } from "./plans.ts";
import type { Planned } from "./plans.ts";

const judge = (planned: Planned): Evaluation =>
  evaluate("TASKS", planned.tasks, { accepted: acceptedOf(planned) });

/** A copy of the plan with one thing changed. */
function changed(planned: Planned, change: (plan: TasksArtifact) => void): Planned {
  const tasks = structuredClone(planned.tasks);
  change(tasks);
  return { ...planned, tasks };
}

function expectVeto(planned: Planned, code: string, ...named: readonly string[]): void {
  const evaluation = judge(planned);
  const veto = evaluation.vetoes.find((one) => one.code === code);
  expect(evaluation.vetoes.map((one) => one.code)).toContain(code);
  const messages = evaluation.vetoes.map(({ message }) => message).join("\n");
  for (const id of named) expect(messages).toContain(id);
  expect(passes(evaluation, 0)).toBe(false);
  expect(evaluation.feedback.join("\n")).toContain(veto?.message);
}

test("a plan without a fault passes", () => {
  fc.assert(
    fc.property(anyGoodPlan, (planned) => {
      const evaluation = judge(planned);
      expect(evaluation.vetoes).toEqual([]);
      expect(evaluation.score).toBeGreaterThan(0.9);
      expect(passes(evaluation, 0.7)).toBe(true);
    }),
  );
});

describe("whatever its score, a plan is vetoed", () => {
  test("when tasks wait for each other, and the cycle is named", () => {
    fc.assert(
      fc.property(anyGoodPlan, fc.nat(), fc.boolean(), (planned, pick, byBlocks) => {
        const count = planned.tasks.tasks.length;
        const earlier = pick % (count - 1);
        const cyclic = changed(planned, ({ tasks }) => {
          const [a, b] = [tasks.at(earlier)!, tasks.at(earlier + 1)!];
          b.dependencies.depends_on.push(a.id);
          if (byBlocks) b.dependencies.blocks.push(a.id);
          else a.dependencies.depends_on.push(b.id);
        });
        expectVeto(cyclic, "DEPENDENCY_CYCLE");
        const veto = judge(cyclic).vetoes.find(({ code }) => code === "DEPENDENCY_CYCLE");
        const cycle =
          /: (TSK-\d+(?: → TSK-\d+)+)/.exec(veto?.message ?? "")?.[1]?.split(" → ") ?? [];
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle[0]).toBe(cycle.at(-1));
      }),
    );
  });

  test("when a task waits for itself", () => {
    const self = changed(goodPlan(3, []), ({ tasks }) =>
      tasks.at(1)!.dependencies.depends_on.push("TSK-002"),
    );
    expectVeto(self, "DEPENDENCY_CYCLE", "TSK-002 → TSK-002");
  });

  test("when the order of tickets closes a cycle, and it says through which", () => {
    const planned = changed(goodPlan(2, [[0, 1]]), ({ tickets }) => {
      tickets.at(0)!.dependencies.blocked_by.push("TKT-002");
    });
    expectVeto(planned, "DEPENDENCY_CYCLE", "ticket TKT-001 is blocked by TKT-002");
    const tickets = changed(goodPlan(2, []), ({ tickets }) => {
      tickets.at(0)!.dependencies.blocked_by.push("TKT-002");
      tickets.at(1)!.dependencies.blocked_by.push("TKT-001");
    });
    expectVeto(tickets, "DEPENDENCY_CYCLE", "TKT-002 → TKT-001 → TKT-002");
  });

  const references: readonly [string, (plan: TasksArtifact) => void][] = [
    ["depends_on", ({ tasks }) => tasks.at(0)!.dependencies.depends_on.push("TSK-999")],
    ["blocks", ({ tasks }) => tasks.at(0)!.dependencies.blocks.push("TSK-999")],
    ["parent_ticket", ({ tasks }) => (tasks.at(0)!.parent_ticket = "TKT-999")],
    ["requirements_addressed", ({ tasks }) => tasks.at(0)!.requirements_addressed.push("REQ-999")],
    ["tasks", ({ tickets }) => tickets.at(0)!.tasks.push("TSK-999")],
    ["requirements", ({ tickets }) => tickets.at(0)!.requirements.push("REQ-999")],
    ["blocked_by", ({ tickets }) => tickets.at(0)!.dependencies.blocked_by.push("TKT-999")],
    ["blocks", ({ tickets }) => tickets.at(0)!.dependencies.blocks.push("TKT-999")],
    ["critical_path", (plan) => plan.critical_path.push("TSK-999")],
  ];
  test.each(references)("when %s names what does not exist", (field, change) => {
    fc.assert(
      fc.property(anyGoodPlan, (planned) => {
        expectVeto(changed(planned, change), "DANGLING_REFERENCE", field, "999");
      }),
      { numRuns: 20 },
    );
  });

  test("when no task addresses a MUST, even if a ticket names it", () => {
    fc.assert(
      fc.property(anyGoodPlan, (planned) => {
        const must = planned.requirements.requirements.at(0)!.id;
        const uncovered = changed(planned, ({ tasks }) => {
          for (const task of tasks) {
            task.requirements_addressed = task.requirements_addressed.filter((id) => id !== must);
          }
        });
        expectVeto(uncovered, "UNCOVERED_REQUIREMENT", must);
      }),
    );
  });

  test("but not when no task addresses a SHOULD", () => {
    const planned = goodPlan(6, []);
    const should = planned.requirements.requirements.find(
      ({ priority }) => priority === "SHOULD",
    )!.id;
    const without = changed(planned, ({ tasks }) => {
      for (const task of tasks) {
        task.requirements_addressed = task.requirements_addressed.filter((id) => id !== should);
      }
    });
    expect(judge(without).vetoes).toEqual([]);
  });

  test("when a task owns no file", () => {
    fc.assert(
      fc.property(anyGoodPlan, fc.nat(), (planned, pick) => {
        const task = planned.tasks.tasks.at(pick % planned.tasks.tasks.length)!;
        const bare = changed(planned, ({ tasks }) => {
          tasks.find(({ id }) => id === task.id)!.files_to_create = [];
        });
        expectVeto(bare, "TASK_WITHOUT_FILES", task.id);
      }),
    );
  });

  test.each(["../other/a.ts", "/etc/passwd", "src/../../a.ts", ".git/config", "C:\\a.ts"])(
    "when a task owns %s",
    (path) => {
      const planned = changed(goodPlan(3, []), ({ tasks }) =>
        tasks.at(0)!.files_to_modify.push(path),
      );
      expectVeto(planned, "PATH_OUTSIDE_REPOSITORY", path);
    },
  );

  test("when an id is used twice, when it has no task, when there are no requirements to check against", () => {
    const twice = changed(goodPlan(3, []), ({ tasks }) => (tasks.at(2)!.id = "TSK-001"));
    expectVeto(twice, "DUPLICATE_ID", "TSK-001");
    const empty = changed(goodPlan(3, []), (plan) => (plan.tasks = []));
    expectVeto(empty, "EMPTY_ARTIFACT");
    const alone = evaluate("TASKS", goodPlan(3, []).tasks, { accepted: {} });
    expect(alone.vetoes.map(({ code }) => code)).toEqual(["REQUIREMENTS_MISSING"]);
    expect(passes(alone, 0)).toBe(false);
  });
});
