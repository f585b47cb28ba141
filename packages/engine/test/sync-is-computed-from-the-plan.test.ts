import { artifactSchemas } from "@aomori/contract";
import type { SyncArtifact } from "@aomori/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../src/planning/evaluate.ts";
import { computeSync } from "../src/planning/sync.ts";
import { resolvePlan } from "../src/planning/resolve-plan.ts";
import type { ResolvedPlan } from "../src/planning/resolve-plan.ts";
import { acceptedOf, anyGoodPlan, goodDesign, goodPlan } from "./plans.ts";
import type { Planned } from "./plans.ts";
import { reachable } from "./graphs.ts";

interface Ids {
  readonly taskIds: ReadonlyMap<string, string>;
  readonly ticketIds: ReadonlyMap<string, string>;
}

/** Real ids far from the plan's own, so that one taken for the other shows. */
function realIds({ tasks }: Planned): Ids {
  return {
    taskIds: new Map(tasks.tasks.map(({ id }, index) => [id, `TSK-${500 - index}`])),
    ticketIds: new Map(tasks.tickets.map(({ id }, index) => [id, `TKT-${700 + index}`])),
  };
}

function sync(
  planned: Planned,
  ids: Ids = realIds(planned),
): { artifact: SyncArtifact; plan: ResolvedPlan } {
  const artifact = computeSync({ ...planned, ...ids });
  return { artifact, plan: resolvePlan(planned.tasks, artifact) };
}

test("every id comes out as a real one, dependencies forwards and backwards included", () => {
  fc.assert(
    fc.property(anyGoodPlan, (planned) => {
      const { artifact, plan } = sync(planned);
      const ids = realIds(planned);
      expect(artifactSchemas.SYNC.parse(artifact)).toEqual(artifact);
      const real = new Set(ids.taskIds.values());
      expect(plan.tasks.map(({ id }) => id)).toEqual([...real]);
      const wanted = planned.tasks.tasks.flatMap(({ id, dependencies }) =>
        dependencies.depends_on.map((from) => `${ids.taskIds.get(from)}>${ids.taskIds.get(id)}`),
      );
      expect(new Set(plan.edges.map(({ from, to }) => `${from}>${to}`))).toEqual(new Set(wanted));
      const { task_dependency_graph: graph, parallel_opportunities: waves } =
        artifact.dependency_analysis;
      expect(new Set(Object.keys(graph))).toEqual(real);
      expect(waves.flat().sort()).toEqual([...real].sort());
      expect(artifact.ready_for_execution).toBe(true);
      expect(
        evaluate("SYNC", artifact, { accepted: { ...acceptedOf(planned), TASKS: planned.tasks } })
          .vetoes,
      ).toEqual([]);
    }),
  );
});

const tasks = artifactSchemas.TASKS.parse({
  feature_name: "Cart",
  tickets: [
    { id: "TKT-001", title: "Store", tasks: ["TSK-001", "TSK-002"], requirements: ["REQ-002"] },
    { id: "TKT-002", title: "Page", dependencies: { blocked_by: ["TKT-003"] } },
    { id: "TKT-003", title: "Nothing", dependencies: { blocked_by: ["TKT-001"] } },
  ],
  tasks: [
    {
      id: "TSK-001",
      title: "Cart store",
      estimated_hours: 3,
      files_to_create: ["./src/cart.ts"],
      requirements_addressed: ["REQ-001"],
      dependencies: { blocks: ["TSK-003"] },
    },
    { id: "TSK-002", title: "Prices", estimated_hours: 1, files_to_modify: ["src/"] },
    { id: "TSK-003", title: "Page", parent_ticket: "TKT-002", files_to_create: ["web/page.tsx"] },
    {
      id: "TSK-004",
      title: "Docs",
      estimated_hours: 0.5,
      files_to_modify: ["docs/*.md", "src/cart.ts"],
    },
  ],
});
const requirements = artifactSchemas.REQUIREMENTS.parse({
  requirements: [
    { id: "REQ-001", priority: "must" },
    { id: "REQ-002", priority: "medium" },
    { id: "REQ-003", priority: "low" },
  ],
});
const design = {
  ...goodDesign,
  components: [
    { ...goodDesign.components.at(0)!, name: "CartStore" },
    { ...goodDesign.components.at(0)!, name: "Checkout" },
  ],
};
const planned: Planned = { requirements, design, tasks };

describe("what SYNC finds in a plan", () => {
  const { artifact, plan } = sync(planned, {
    taskIds: new Map(tasks.tasks.map(({ id }) => [id, id])),
    ticketIds: new Map(tasks.tickets.map(({ id }) => [id, id])),
  });

  test("which requirement has which tasks and tickets", () => {
    expect(artifact.coverage_matrix).toEqual([
      {
        requirement_id: "REQ-001",
        priority: "MUST",
        covered_by_tasks: ["TSK-001"],
        covered_by_tickets: ["TKT-001"],
        status: "fully",
      },
      {
        requirement_id: "REQ-002",
        priority: "SHOULD",
        covered_by_tasks: [],
        covered_by_tickets: ["TKT-001"],
        status: "partially",
      },
      {
        requirement_id: "REQ-003",
        priority: "MAY",
        covered_by_tasks: [],
        covered_by_tickets: [],
        status: "not_covered",
      },
    ]);
    expect(artifact.spec_summary.requirement_coverage_percent).toBe(33.3);
    expect(artifact.validation_results.all_requirements_covered).toBe(false);
  });

  test("what belongs to nothing", () => {
    expect(artifact.orphans).toEqual({
      tasks_without_requirement: ["TSK-002", "TSK-003", "TSK-004"],
      requirements_without_task: ["REQ-002", "REQ-003"],
      tickets_without_task: ["TKT-003"],
      tasks_without_ticket: ["TSK-004"],
      components_without_task: ["Checkout"],
    });
  });

  test("the order that blocks and tickets imply, through a ticket without tasks", () => {
    expect(artifact.dependency_analysis.task_dependency_graph).toEqual({
      "TSK-001": [],
      "TSK-002": [],
      "TSK-003": ["TSK-001", "TSK-002"],
      "TSK-004": [],
    });
    expect(artifact.dependency_analysis.parallel_opportunities).toEqual([
      ["TSK-001", "TSK-002", "TSK-004"],
      ["TSK-003"],
    ]);
  });

  test("the heaviest chain, counting one hour where no estimate is", () => {
    expect(artifact.dependency_analysis.critical_path).toEqual(["TSK-001", "TSK-003"]);
    expect(artifact.dependency_analysis.critical_path_hours).toBe(4);
    expect(artifact.spec_summary.total_estimated_hours).toBe(5.5);
  });

  test("who may write the same file at the same time", () => {
    expect(artifact.dependency_analysis.ownership_overlaps).toEqual([
      { task_a: "TSK-001", task_b: "TSK-002", paths: [{ a: "src/cart.ts", b: "src/**" }] },
      { task_a: "TSK-001", task_b: "TSK-004", paths: [{ a: "src/cart.ts", b: "src/cart.ts" }] },
      { task_a: "TSK-002", task_b: "TSK-004", paths: [{ a: "src/**", b: "src/cart.ts" }] },
    ]);
  });

  test("that it may run all the same, and what a person should look at", () => {
    expect(artifact.ready_for_execution).toBe(true);
    expect(plan.tasks.find(({ id }) => id === "TSK-003")?.ticketId).toBe("TKT-002");
    expect(artifact.recommendations.join("\n")).toContain("REQ-002, REQ-003: no task addresses it");
  });
});

test("overlaps are found exactly between tasks that may run at once", () => {
  fc.assert(
    fc.property(anyGoodPlan, (given) => {
      const same = given.tasks.tasks.map((task) => ({ ...task, files_to_create: ["src/one.ts"] }));
      const { artifact, plan } = sync({ ...given, tasks: { ...given.tasks, tasks: same } });
      const edges = plan.edges;
      const found = new Set(
        artifact.dependency_analysis.ownership_overlaps.map(
          (pair) => `${pair.task_a} ${pair.task_b}`,
        ),
      );
      const ids = plan.tasks.map(({ id }) => id);
      for (const [index, a] of ids.entries()) {
        for (const b of ids.slice(index + 1)) {
          const ordered = reachable(edges, a).has(b) || reachable(edges, b).has(a);
          expect(found.has(`${a} ${b}`)).toBe(!ordered);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("a plan with a fault, or an id that was not given, is not ready", () => {
  const given = goodPlan(3, []);
  given.tasks.tasks.at(0)!.dependencies.depends_on.push("TSK-003");
  given.tasks.tasks.at(2)!.dependencies.depends_on.push("TSK-001");
  const cyclic = sync(given).artifact;
  expect(cyclic.ready_for_execution).toBe(false);
  expect(cyclic.blockers.at(0)).toMatchObject({ code: "DEPENDENCY_CYCLE" });
  expect(cyclic.validation_results.no_circular_dependencies).toBe(false);
  const whole = goodPlan(3, []);
  const unnumbered = computeSync({ ...whole, taskIds: new Map(), ticketIds: new Map() });
  expect(unnumbered.ready_for_execution).toBe(false);
  expect(unnumbered.blockers.map(({ code }) => code)).toEqual(["UNRESOLVED_ID"]);
  const partial = { ...unnumbered, resolved_ids: { tasks: {}, tickets: {} } };
  expect(() => resolvePlan(whole.tasks, partial)).toThrow("no real id");
});

test("the rows of a plan wait for exactly what SYNC shows", () => {
  fc.assert(
    fc.property(anyGoodPlan, (given) => {
      const { artifact, plan } = sync(given);
      for (const { id } of plan.tasks) {
        const waitsFor = plan.edges.filter(({ to }) => to === id).map(({ from }) => from);
        expect(artifact.dependency_analysis.task_dependency_graph[id]).toEqual(waitsFor);
      }
    }),
  );
});
