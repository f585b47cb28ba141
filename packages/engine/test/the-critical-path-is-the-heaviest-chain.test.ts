import * as fc from "fast-check";
import { expect, test } from "vitest";
import { criticalPath } from "../src/scheduling/critical-path.ts";
import { reachability } from "../src/scheduling/reachability.ts";
import { acyclicGraph, reachable } from "./graphs.ts";
import type { Graph } from "./graphs.ts";

function heaviestFrom(graph: Graph, weights: ReadonlyMap<string, number>, id: string): number {
  const next = graph.edges.filter(({ from }) => from === id);
  const rest = next.map(({ to }) => heaviestFrom(graph, weights, to));
  return weights.get(id)! + Math.max(0, ...rest);
}

test("no chain is heavier, and the path is a chain of that weight", () => {
  fc.assert(
    fc.property(acyclicGraph(9), fc.array(fc.integer({ min: 0, max: 9 })), (graph, hours) => {
      const nodes = graph.ids.map((id, index) => ({ id, weight: hours[index] ?? 1 }));
      const weights = new Map(nodes.map(({ id, weight }) => [id, weight]));
      const found = criticalPath(nodes, graph.edges);
      for (const id of graph.ids) {
        expect(found.toEnd.get(id)).toBe(heaviestFrom(graph, weights, id));
      }
      expect(found.length).toBe(Math.max(...found.toEnd.values()));
      expect(found.path.reduce((sum, id) => sum + weights.get(id)!, 0)).toBe(found.length);
      for (const [index, from] of found.path.slice(0, -1).entries()) {
        expect(graph.edges).toContainEqual({ from, to: found.path[index + 1] });
      }
    }),
  );
});

test("hours decide, not the number of tasks", () => {
  const nodes = [
    { id: "A", weight: 1 },
    { id: "B", weight: 1 },
    { id: "C", weight: 1 },
    { id: "D", weight: 8 },
  ];
  const edges = [
    { from: "A", to: "B" },
    { from: "B", to: "C" },
    { from: "A", to: "D" },
  ];
  expect(criticalPath(nodes, edges)).toMatchObject({ path: ["A", "D"], length: 9 });
});

test("a cycle is refused by name, an empty graph has an empty path", () => {
  const nodes = [
    { id: "A", weight: 1 },
    { id: "B", weight: 1 },
  ];
  const edges = [
    { from: "A", to: "B" },
    { from: "B", to: "A" },
  ];
  expect(() => criticalPath(nodes, edges)).toThrow("A → B → A");
  expect(criticalPath([], [])).toMatchObject({ path: [], length: 0 });
});

test("two tasks are parallel exactly when neither leads to the other", () => {
  fc.assert(
    fc.property(acyclicGraph(70), ({ ids, edges }) => {
      const reach = reachability(ids, edges);
      for (const a of ids.slice(0, 12)) {
        const after = reachable(edges, a);
        for (const b of ids) {
          expect(reach.reaches(a, b)).toBe(after.has(b));
          expect(reach.parallel(a, b)).toBe(
            a !== b && !after.has(b) && !reachable(edges, b).has(a),
          );
        }
      }
    }),
    { numRuns: 30 },
  );
});
