import * as fc from "fast-check";
import type { Edge } from "../src/scheduling/graph.ts";

export interface Graph {
  readonly ids: readonly string[];
  readonly edges: readonly Edge[];
}

export const idOf = (index: number): string => `TSK-${String(index + 1).padStart(3, "0")}`;

/** Acyclic graphs: every edge leads from a lower to a higher position of a shuffled order. */
export function acyclicGraph(maxTasks: number): fc.Arbitrary<Graph> {
  return fc.integer({ min: 1, max: maxTasks }).chain((size) =>
    fc
      .record({
        ids: fc.shuffledSubarray(
          Array.from({ length: size }, (_, index) => idOf(index)),
          { minLength: size, maxLength: size },
        ),
        pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: size * 3 }),
      })
      .map(({ ids, pairs }) => ({
        ids,
        edges: pairs
          .filter(([a, b]) => a !== b)
          .map(([a, b]) => ({ from: ids.at(Math.min(a, b))!, to: ids.at(Math.max(a, b))! })),
      })),
  );
}

/** Transitive closure by brute force, to check the fast ones against. */
export function reachable(edges: readonly Edge[], from: string): Set<string> {
  const seen = new Set<string>();
  const walk = (id: string): void => {
    for (const edge of edges) {
      if (edge.from !== id || seen.has(edge.to)) continue;
      seen.add(edge.to);
      walk(edge.to);
    }
  };
  walk(from);
  return seen;
}
