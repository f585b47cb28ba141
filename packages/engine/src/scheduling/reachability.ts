import { dependentsOf, waves } from "./graph.ts";
import type { Edge } from "./graph.ts";

/** Tells whether one task of an acyclic graph comes, directly or not, after another. */
export interface Reachability<Id extends string> {
  reaches(from: Id, to: Id): boolean;
  /** True when neither comes after the other, so that both may run at once. */
  parallel(a: Id, b: Id): boolean;
}

const bitsPerWord = 32;

/** One bit per pair, filled from the last wave backwards: n²/8 bytes, 125 kB for 1,000 tasks. */
export function reachability<Id extends string>(
  ids: readonly Id[],
  edges: readonly Edge<Id>[],
): Reachability<Id> {
  const position = new Map<Id, number>();
  for (const id of ids) if (!position.has(id)) position.set(id, position.size);
  const words = Math.ceil(position.size / bitsPerWord);
  const bits = new Uint32Array(words * position.size);
  const dependents = dependentsOf(edges);
  for (const id of waves(ids, edges).flat().reverse()) {
    const row = (position.get(id) ?? 0) * words;
    for (const next of dependents.get(id) ?? []) {
      const column = position.get(next);
      if (column === undefined) continue;
      for (let word = 0; word < words; word += 1) {
        bits[row + word] = (bits[row + word] ?? 0) | (bits[column * words + word] ?? 0);
      }
      const at = row + Math.floor(column / bitsPerWord);
      bits[at] = (bits[at] ?? 0) | (1 << (column % bitsPerWord));
    }
  }
  const reaches = (from: Id, to: Id): boolean => {
    const row = position.get(from);
    const column = position.get(to);
    if (row === undefined || column === undefined) return false;
    const word = bits[row * words + Math.floor(column / bitsPerWord)] ?? 0;
    return (word & (1 << (column % bitsPerWord))) !== 0;
  };
  return { reaches, parallel: (a, b) => a !== b && !reaches(a, b) && !reaches(b, a) };
}
