import { UserError } from "@aomori/protocol";
import { cycleText, dependentsOf, findCycle, waves } from "./graph.ts";
import type { Edge } from "./graph.ts";

export interface WeightedNode<Id extends string = string> {
  readonly id: Id;
  /** Estimated or measured hours; what is not a positive number counts as 0. */
  readonly weight: number;
}

export interface CriticalPath<Id extends string = string> {
  /** The heaviest chain, in the order its tasks run; empty where there are no nodes. */
  readonly path: readonly Id[];
  readonly length: number;
  /** For each node, the weight of the heaviest chain that starts with it, its own included. */
  readonly toEnd: ReadonlyMap<Id, number>;
}

/** The heaviest chain through a graph; ties go to the node listed first. Throws DEPENDENCY_CYCLE on a cycle. */
export function criticalPath<Id extends string>(
  nodes: readonly WeightedNode<Id>[],
  edges: readonly Edge<Id>[],
): CriticalPath<Id> {
  const order = waves(
    nodes.map(({ id }) => id),
    edges,
  ).flat();
  const weights = new Map<Id, number>(
    nodes.map(({ id, weight }) => [id, weight > 0 && Number.isFinite(weight) ? weight : 0]),
  );
  if (order.length < weights.size) refuseCycle(edges);
  const dependents = dependentsOf(edges);
  const toEnd = new Map<Id, number>();
  const heaviest = new Map<Id, Id>();
  for (const id of order.reverse()) {
    let rest = 0;
    for (const next of dependents.get(id) ?? []) {
      const chain = toEnd.get(next);
      if (chain === undefined || (heaviest.has(id) && chain <= rest)) continue;
      rest = chain;
      heaviest.set(id, next);
    }
    toEnd.set(id, (weights.get(id) ?? 0) + rest);
  }
  return { ...walk(nodes, toEnd, heaviest), toEnd };
}

function walk<Id extends string>(
  nodes: readonly WeightedNode<Id>[],
  toEnd: ReadonlyMap<Id, number>,
  heaviest: ReadonlyMap<Id, Id>,
): { path: readonly Id[]; length: number } {
  let start: Id | undefined;
  let length = 0;
  for (const { id } of nodes) {
    const chain = toEnd.get(id) ?? 0;
    if (start !== undefined && chain <= length) continue;
    start = id;
    length = chain;
  }
  const path: Id[] = [];
  for (let id = start; id !== undefined; id = heaviest.get(id)) path.push(id);
  return { path, length };
}

function refuseCycle(edges: readonly Edge[]): never {
  const cycle = cycleText(findCycle(edges) ?? []);
  throw new UserError(
    "conflict",
    "DEPENDENCY_CYCLE",
    `tasks wait for each other: ${cycle}; remove one of these dependencies`,
  );
}
