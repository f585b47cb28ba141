import type { GraphEdge } from "./task-graph.ts";

/** A place in a layer: a task, or a line on its way to a later layer. */
export interface Slot {
  /** Absent for a passing line. */
  readonly task?: string;
  /** The tasks a passing line comes from and leads to, which decide how it is coloured. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly row: number;
}

/** Lines between a layer and the next: indexes of slots. */
interface Link {
  readonly from: number;
  readonly to: number;
}

export interface Layer {
  readonly slots: readonly Slot[];
  /** To the layer after this one. */
  readonly links: readonly Link[];
}

interface Draft {
  readonly key: string;
  readonly task?: string;
  readonly sources: readonly string[];
  targets: string[];
  readonly parents: Set<string>;
}

type DraftLayer = Map<string, Draft>;

/** Places tasks by their longest chain of dependencies and gives long edges a line through each layer they pass. */
export function layerGraph(ids: readonly string[], edges: readonly GraphEdge[]): Layer[] {
  const ranks = rankTasks(ids, edges);
  const depth = Math.max(-1, ...ranks.values()) + 1;
  const drafts: DraftLayer[] = Array.from({ length: depth }, () => new Map());
  for (const id of ids) {
    drafts[ranks.get(id) ?? 0]?.set(id, {
      key: id,
      task: id,
      sources: [id],
      targets: [id],
      parents: new Set(),
    });
  }
  for (const edge of edges) addEdge(drafts, ranks, edge);
  return placeRows(untangled(drafts));
}

function rankTasks(ids: readonly string[], edges: readonly GraphEdge[]): Map<string, number> {
  const parents = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) parents.get(to)?.push(from);
  const ranks = new Map<string, number>();
  const rankOf = (id: string): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    // A cycle cannot come from a server, but a picture of one must not run for ever.
    ranks.set(id, 0);
    const rank = Math.max(-1, ...(parents.get(id) ?? []).map(rankOf)) + 1;
    ranks.set(id, rank);
    return rank;
  };
  for (const id of ids) rankOf(id);
  return ranks;
}

/** All long edges of one task share a line as far as they go together. */
function addEdge(
  drafts: DraftLayer[],
  ranks: ReadonlyMap<string, number>,
  { from, to }: GraphEdge,
): void {
  const last = ranks.get(to) ?? 0;
  let before = from;
  for (let rank = (ranks.get(from) ?? 0) + 1; rank < last; rank += 1) {
    const key = `${from} passes`;
    const layer = drafts[rank];
    const draft = layer?.get(key) ?? { key, sources: [from], targets: [], parents: new Set() };
    if (!draft.targets.includes(to)) draft.targets.push(to);
    draft.parents.add(before);
    layer?.set(key, draft);
    before = key;
  }
  drafts[last]?.get(to)?.parents.add(before);
}

/**
 * Lines that share some of their ends but not all would read as edges that do not exist. Between two such
 * layers another one is put, where every edge has a line of its own: it fans out before it and in behind it.
 */
function untangled(drafts: readonly DraftLayer[]): DraftLayer[] {
  return drafts.flatMap((layer, index) => {
    const before = drafts[index - 1];
    const tangled = before === undefined ? [] : tangledSlots(layer);
    if (before === undefined || tangled.length === 0) return [layer];
    const between: DraftLayer = new Map();
    for (const draft of layer.values()) {
      const split = tangled.includes(draft.key);
      const parents = [...draft.parents];
      draft.parents.clear();
      for (const parent of parents) {
        const key = split ? `${parent} to ${draft.key}` : `${parent} goes on`;
        const passing = between.get(key) ?? {
          key,
          sources: before.get(parent)?.sources ?? [],
          targets: [],
          parents: new Set([parent]),
        };
        passing.targets.push(...draft.targets);
        between.set(key, passing);
        draft.parents.add(key);
      }
    }
    return [between, layer];
  });
}

/** Slots whose parents do not all lead to the same slots. */
function tangledSlots(layer: DraftLayer): string[] {
  const childrenOf = new Map<string, string[]>();
  for (const draft of layer.values()) {
    for (const parent of draft.parents) {
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), draft.key]);
    }
  }
  const nets = new Map<string, Set<string>>();
  for (const draft of layer.values()) {
    const shapes = [...draft.parents].map((parent) => (childrenOf.get(parent) ?? []).join("\n"));
    nets.set(draft.key, new Set(shapes));
  }
  const tangled = new Set([...nets].filter(([, shapes]) => shapes.size > 1).map(([key]) => key));
  // A parent that leads to a tangled slot has all its edges split, or its net would still be shared.
  for (let size = -1; size !== tangled.size;) {
    size = tangled.size;
    for (const children of childrenOf.values()) {
      if (children.some((key) => tangled.has(key))) for (const key of children) tangled.add(key);
    }
  }
  return [...tangled];
}

/** Orders each layer by where its parents are, and keeps a slot on its first parent's row where it can. */
function placeRows(drafts: readonly DraftLayer[]): Layer[] {
  const layers: { slots: Slot[]; links: Link[] }[] = [];
  let rows = new Map<string, number>();
  let order = new Map<string, number>();
  for (const layer of drafts) {
    const rowsOf = (draft: Draft): number[] =>
      [...draft.parents].map((parent) => rows.get(parent) ?? 0);
    const sorted = [...layer.values()]
      .map((draft) => ({ draft, weight: mean(rowsOf(draft)) }))
      .sort((a, b) => a.weight - b.weight || compareKeys(a.draft, b.draft));
    const nextRows = new Map<string, number>();
    const nextOrder = new Map<string, number>();
    let free = 0;
    const slots: Slot[] = [];
    for (const [index, { draft }] of sorted.entries()) {
      const parentRows = rowsOf(draft);
      const placed = parentRows.length === 0 ? free : Math.max(free, Math.min(...parentRows));
      free = placed + 1;
      nextRows.set(draft.key, placed);
      nextOrder.set(draft.key, index);
      slots.push({
        ...(draft.task === undefined ? {} : { task: draft.task }),
        sources: draft.sources,
        targets: draft.targets,
        row: placed,
      });
      for (const parent of draft.parents) {
        layers.at(-1)?.links.push({ from: order.get(parent) ?? 0, to: index });
      }
    }
    layers.push({ slots, links: [] });
    rows = nextRows;
    order = nextOrder;
  }
  return layers;
}

/** Tasks above the lines that pass them, then by name. */
function compareKeys(a: Draft, b: Draft): number {
  if ((a.task === undefined) !== (b.task === undefined)) return a.task === undefined ? 1 : -1;
  return a.key.localeCompare(b.key, "en", { numeric: true });
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
