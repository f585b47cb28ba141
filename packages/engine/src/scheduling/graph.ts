/** `to` waits until `from` is completed. */
export interface Edge<Id extends string = string> {
  readonly from: Id;
  readonly to: Id;
}

/** For each id, the ids its edges lead to. */
export function dependentsOf<Id extends string>(edges: Iterable<Edge<Id>>): Map<Id, Id[]> {
  const dependents = new Map<Id, Id[]>();
  for (const { from, to } of edges) {
    const known = dependents.get(from);
    if (known === undefined) dependents.set(from, [to]);
    else known.push(to);
  }
  return dependents;
}

/** For each id, the ids it waits for. */
export function dependenciesOf<Id extends string>(edges: Iterable<Edge<Id>>): Map<Id, Id[]> {
  const reversed: Edge<Id>[] = [];
  for (const { from, to } of edges) reversed.push({ from: to, to: from });
  return dependentsOf(reversed);
}

interface Frame<Id extends string> {
  readonly id: Id;
  readonly next: readonly Id[];
  index: number;
}

/** Walks depth first from `start`; returns the cycle it runs into, first id repeated at the end. */
function cycleFrom<Id extends string>(
  start: Id,
  dependents: ReadonlyMap<Id, readonly Id[]>,
  finished: Set<Id>,
): readonly Id[] | undefined {
  const stack: Frame<Id>[] = [{ id: start, next: dependents.get(start) ?? [], index: 0 }];
  const onStack = new Set<Id>([start]);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const id = frame.next[frame.index];
    frame.index += 1;
    if (id === undefined) {
      stack.pop();
      onStack.delete(frame.id);
      finished.add(frame.id);
    } else if (onStack.has(id)) {
      const path = stack.map((entry) => entry.id);
      return [...path.slice(path.indexOf(id)), id];
    } else if (!finished.has(id)) {
      stack.push({ id, next: dependents.get(id) ?? [], index: 0 });
      onStack.add(id);
    }
  }
  return undefined;
}

/** A cycle among the edges, as `[a, b, a]` in the direction of the edges; `undefined` where there is none. */
export function findCycle<Id extends string>(edges: Iterable<Edge<Id>>): readonly Id[] | undefined {
  const dependents = dependentsOf(edges);
  const finished = new Set<Id>();
  for (const id of dependents.keys()) {
    const cycle = finished.has(id) ? undefined : cycleFrom(id, dependents, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** The cycle that adding `edge` to an acyclic graph would close, found by looking only at what comes after `edge.to`. */
export function cycleClosedBy<Id extends string>(
  dependents: (id: Id) => Iterable<Id>,
  edge: Edge<Id>,
): readonly Id[] | undefined {
  if (edge.from === edge.to) return [edge.from, edge.to];
  const cameFrom = new Map<Id, Id>();
  const queue: Id[] = [edge.to];
  for (let index = 0; index < queue.length; index += 1) {
    const id = queue[index];
    if (id === undefined) break;
    for (const next of dependents(id)) {
      if (next === edge.to || cameFrom.has(next)) continue;
      cameFrom.set(next, id);
      if (next === edge.from) return [edge.from, ...pathBack(cameFrom, edge.from, edge.to)];
      queue.push(next);
    }
  }
  return undefined;
}

function pathBack<Id extends string>(cameFrom: ReadonlyMap<Id, Id>, end: Id, start: Id): Id[] {
  const path: Id[] = [end];
  for (let id: Id | undefined = end; id !== undefined && id !== start;) {
    id = cameFrom.get(id);
    if (id !== undefined) path.push(id);
  }
  return path.reverse();
}

/** `TSK-001 → TSK-002 → TSK-001`. */
export function cycleText(cycle: readonly string[]): string {
  return cycle.join(" → ");
}

/**
 * Ids in waves: those of one wave wait for nothing but earlier waves. Within a wave the order of `ids` is kept;
 * ids on a cycle, or after one, are in no wave. Edges to ids not listed are ignored.
 */
export function waves<Id extends string>(
  ids: readonly Id[],
  edges: Iterable<Edge<Id>>,
): readonly (readonly Id[])[] {
  const known = new Set(ids);
  const inside = [...edges].filter(({ from, to }) => known.has(from) && known.has(to));
  const dependents = dependentsOf(inside);
  const waitingFor = new Map<Id, number>(ids.map((id) => [id, 0]));
  for (const { to } of inside) waitingFor.set(to, (waitingFor.get(to) ?? 0) + 1);
  const position = new Map<Id, number>(ids.map((id, index) => [id, index]));
  const result: Id[][] = [];
  let wave = [...known].filter((id) => waitingFor.get(id) === 0);
  while (wave.length > 0) {
    result.push(wave);
    const next: Id[] = [];
    for (const id of wave) {
      for (const dependent of dependents.get(id) ?? []) {
        const left = (waitingFor.get(dependent) ?? 0) - 1;
        waitingFor.set(dependent, left);
        if (left === 0) next.push(dependent);
      }
    }
    wave = next.sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
  return result;
}
