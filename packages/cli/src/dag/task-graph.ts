/** One task as its picture needs it. */
export interface GraphTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly onCriticalPath: boolean;
}

/** `to` waits for `from`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface TaskGraph {
  readonly tasks: readonly GraphTask[];
  readonly edges: readonly GraphEdge[];
  readonly criticalPath: readonly string[];
  readonly criticalPathHours: number;
}

/** The edges that no longer path implies: the order they stand for is the same, with fewer lines to follow. */
export function impliedEdgesRemoved(
  ids: readonly string[],
  edges: readonly GraphEdge[],
): GraphEdge[] {
  const known = new Set(ids);
  const children = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
  for (const { from, to } of edges) {
    if (known.has(from) && known.has(to) && from !== to) children.get(from)?.add(to);
  }
  const reachable = new Map<string, ReadonlySet<string>>();
  const below = (id: string): ReadonlySet<string> => {
    const found = reachable.get(id);
    if (found !== undefined) return found;
    const all = new Set<string>();
    reachable.set(id, all);
    for (const child of children.get(id) ?? []) {
      all.add(child);
      for (const further of below(child)) all.add(further);
    }
    return all;
  };
  return ids.flatMap((from) => {
    const direct = [...(children.get(from) ?? [])];
    return direct
      .filter((to) => !direct.some((other) => other !== to && below(other).has(to)))
      .map((to) => ({ from, to }));
  });
}
