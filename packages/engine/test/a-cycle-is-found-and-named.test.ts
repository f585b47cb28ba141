import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  cycleClosedBy,
  cycleText,
  dependentsOf,
  findCycle,
  waves,
} from "../src/scheduling/graph.ts";
import { acyclicGraph, reachable } from "./graphs.ts";

test("an acyclic graph has no cycle, and its waves hold every task after all it waits for", () => {
  fc.assert(
    fc.property(acyclicGraph(30), ({ ids, edges }) => {
      expect(findCycle(edges)).toBeUndefined();
      const order = waves(ids, edges);
      const waveOf = new Map(
        order.flatMap((wave, index) => wave.map((id) => [id, index] as const)),
      );
      expect([...waveOf.keys()].sort()).toEqual([...ids].sort());
      for (const { from, to } of edges) expect(waveOf.get(from)!).toBeLessThan(waveOf.get(to)!);
    }),
  );
});

test("an edge closes a cycle exactly when its end already leads to its start, and the cycle is made of edges", () => {
  fc.assert(
    fc.property(acyclicGraph(20), fc.nat(), fc.nat(), ({ ids, edges }, a, b) => {
      const edge = { from: ids.at(a % ids.length)!, to: ids.at(b % ids.length)! };
      const dependents = dependentsOf(edges);
      const closed = cycleClosedBy((id) => dependents.get(id) ?? [], edge);
      const all = [...edges, edge];
      const expected = edge.from === edge.to || reachable(edges, edge.to).has(edge.from);
      expect(closed !== undefined).toBe(expected);
      for (const cycle of [closed, findCycle(all)]) {
        expect(cycle !== undefined).toBe(expected);
        if (cycle === undefined) continue;
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle[0]).toBe(cycle.at(-1));
        for (const [index, from] of cycle.slice(0, -1).entries()) {
          expect(all).toContainEqual({ from, to: cycle[index + 1] });
        }
      }
    }),
  );
});

test("a cycle deep in a long chain is named without overflowing the stack", () => {
  const edges = Array.from({ length: 50_000 }, (_, index) => ({
    from: `T${index}`,
    to: `T${index + 1}`,
  }));
  expect(findCycle(edges)).toBeUndefined();
  const cycle = findCycle([...edges, { from: "T49999", to: "T49997" }]);
  expect(cycleText(cycle ?? [])).toBe("T49997 → T49998 → T49999 → T49997");
});
