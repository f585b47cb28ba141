import type { TaskStatusName } from "@aomori/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dependenciesOf } from "../src/scheduling/graph.ts";
import type { Edge } from "../src/scheduling/graph.ts";
import { readiness } from "../src/scheduling/readiness.ts";
import { TaskDag } from "../src/scheduling/task-dag.ts";
import { acyclicGraph, idOf } from "./graphs.ts";
import type { Graph } from "./graphs.ts";

type Action =
  | { readonly kind: "set"; readonly pick: number; readonly status: TaskStatusName }
  | { readonly kind: "reopen"; readonly pick: number }
  | { readonly kind: "edge"; readonly from: number; readonly to: number }
  | {
      readonly kind: "add";
      readonly dependsOn: readonly number[];
      readonly blocks: readonly number[];
    };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    pick: fc.nat(),
    status: fc.constantFrom<TaskStatusName>(
      "running",
      "validating",
      "completed",
      "failed",
      "cancelled",
      "blocked",
    ),
  }),
  fc.record({ kind: fc.constant("reopen" as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant("edge" as const), from: fc.nat(), to: fc.nat() }),
  fc.record({
    kind: fc.constant("add" as const),
    dependsOn: fc.array(fc.nat(), { maxLength: 3 }),
    blocks: fc.array(fc.nat(), { maxLength: 3 }),
  }),
);

/** What the statuses must be, worked out from scratch: own decisions stand, all else follows the dependencies. */
function expected(
  ids: readonly string[],
  edges: readonly Edge[],
  decided: ReadonlyMap<string, TaskStatusName>,
): ReadonlyMap<string, TaskStatusName> {
  const dependencies = dependenciesOf(edges);
  const statuses = new Map<string, TaskStatusName>(decided);
  for (let changed = true; changed;) {
    changed = false;
    for (const id of ids) {
      if (decided.has(id)) continue;
      const { kind } = readiness(id, dependencies, statuses);
      const status = kind === "waiting" ? "pending" : kind;
      if (statuses.get(id) === status) continue;
      statuses.set(id, status);
      changed = true;
    }
  }
  return statuses;
}

function play(graph: Graph, actions: readonly Action[]): void {
  const dag = new TaskDag(graph.ids.map((id) => ({ id, status: "pending" as const })));
  const ids = [...graph.ids];
  const edges: Edge[] = [];
  const decided = new Map<string, TaskStatusName>();
  const told = new Map<string, TaskStatusName>(ids.map((id) => [id, "pending"]));
  const hear = (changes: readonly { id: string; status: TaskStatusName }[]): void => {
    for (const { id, status } of changes) told.set(id, status);
  };
  for (const id of ids) hear(dag.reopen(id));
  for (const edge of graph.edges) {
    hear(dag.addEdge(edge));
    edges.push(edge);
  }
  const started = (id: string): boolean => decided.has(id) && decided.get(id) !== "blocked";
  for (const step of actions) {
    if (step.kind === "set") {
      const id = ids.at(step.pick % ids.length)!;
      decided.set(id, step.status);
      told.set(id, step.status);
      hear(dag.set(id, step.status));
    } else if (step.kind === "reopen") {
      const id = ids.at(step.pick % ids.length)!;
      decided.delete(id);
      hear(dag.reopen(id));
    } else if (step.kind === "edge") {
      const edge = { from: ids.at(step.from % ids.length)!, to: ids.at(step.to % ids.length)! };
      try {
        hear(dag.addEdge(edge));
      } catch (error) {
        expect(String(error)).toMatch(
          started(edge.to) ? /cannot be made to wait/ : /wait for each other/,
        );
        continue;
      }
      expect(started(edge.to)).toBe(false);
      edges.push(edge);
    } else {
      const id = idOf(ids.length);
      const dependsOn = step.dependsOn.map((pick) => ids.at(pick % ids.length)!);
      const blocks = step.blocks.map((pick) => ids.at(pick % ids.length)!);
      try {
        hear(dag.add({ id, dependsOn, blocks }));
      } catch (error) {
        expect(String(error)).toMatch(/cannot be made to wait|wait for each other/);
        expect(dag.has(id)).toBe(false);
        continue;
      }
      ids.push(id);
      edges.push(...dependsOn.map((from) => ({ from, to: id })));
      edges.push(...blocks.map((to) => ({ from: id, to })));
    }
    const want = expected(ids, edges, decided);
    const live = new Map(ids.map((id) => [id, dag.status(id)]));
    expect(live).toEqual(want);
    expect(told).toEqual(want);
    expect([...dag.ready()].sort()).toEqual(ids.filter((id) => want.get(id) === "ready").sort());
    for (const status of new Set(want.values())) {
      expect(dag.count(status)).toBe(ids.filter((id) => want.get(id) === status).length);
    }
    const held = (id: string): boolean => decided.get(id) === "blocked";
    const replayed = new TaskDag(
      ids.map((id) => ({ id, status: live.get(id)!, held: held(id) })),
      edges,
    );
    for (const id of ids)
      expect(replayed.stoppers(id)).toEqual(expect.arrayContaining([...dag.stoppers(id)]));
  }
}

test("whatever happens, every waiting task has the status its dependencies give it, and each change is reported", () => {
  fc.assert(
    fc.property(acyclicGraph(12), fc.array(action, { maxLength: 25 }), (graph, actions) => {
      play(graph, actions);
    }),
    { numRuns: 150 },
  );
});

describe("a failure", () => {
  const build = (): TaskDag =>
    new TaskDag(
      [
        { id: "TSK-001", status: "running" },
        { id: "TSK-002", status: "pending" },
        { id: "TSK-003", status: "pending" },
        { id: "TSK-004", status: "ready" },
      ],
      [
        { from: "TSK-001", to: "TSK-002" },
        { from: "TSK-002", to: "TSK-003" },
        { from: "TSK-004", to: "TSK-003" },
      ],
    );

  test("blocks all that comes after it, visibly, and names itself as the cause", () => {
    const dag = build();
    expect(dag.set("TSK-001", "failed")).toEqual([
      { id: "TSK-002", status: "blocked" },
      { id: "TSK-003", status: "blocked" },
    ]);
    expect(dag.stoppers("TSK-003")).toEqual(["TSK-001"]);
    expect(dag.status("TSK-004")).toBe("ready");
    dag.set("TSK-004", "completed");
    expect(dag.settled).toBe(true);
  });

  test("is undone by a retry", () => {
    const dag = build();
    dag.set("TSK-001", "failed");
    expect(dag.reopen("TSK-001")).toEqual([
      { id: "TSK-001", status: "ready" },
      { id: "TSK-002", status: "pending" },
      { id: "TSK-003", status: "pending" },
    ]);
  });

  test("of two stays blocking until both are retried", () => {
    const dag = build();
    dag.set("TSK-001", "failed");
    dag.set("TSK-004", "failed");
    dag.reopen("TSK-001");
    expect(dag.status("TSK-002")).toBe("pending");
    expect(dag.status("TSK-003")).toBe("blocked");
    expect(dag.stoppers("TSK-003")).toEqual(["TSK-004"]);
    dag.reopen("TSK-004");
    expect(dag.status("TSK-003")).toBe("pending");
  });
});

test("a dependency that closes a cycle is refused by name and changes nothing", () => {
  const dag = new TaskDag(
    ["A", "B", "C"].map((id) => ({ id, status: "pending" as const })),
    [
      { from: "A", to: "B" },
      { from: "B", to: "C" },
    ],
  );
  expect(() => dag.addEdge({ from: "C", to: "A" })).toThrow("C → A → B → C");
  expect(() => dag.add({ id: "D", dependsOn: ["C"], blocks: ["A"] })).toThrow("C → D → A → B → C");
  expect(dag.has("D")).toBe(false);
  expect(dag.dependencies("A")).toEqual([]);
});

test("a task whose failure is missing from the graph is an error, not a silence", () => {
  expect(() => new TaskDag([{ id: "A", status: "pending" }], [{ from: "B", to: "A" }])).toThrow(
    "task B is not in this spec",
  );
});
