import type { Layer, Slot } from "./layers.ts";

/** Slots that all lead to the same slots of the next layer: one line with many ends. */
export interface Net {
  readonly sources: readonly Slot[];
  readonly targets: readonly Slot[];
  /** Which upright line of the gap it takes, from 0; absent for a straight line. */
  readonly lane?: number;
  /** Rows of sources that must leave their row at once, because another net's line ends on it. */
  readonly sidesteps: readonly number[];
}

export interface Gap {
  readonly nets: readonly Net[];
  readonly laneCount: number;
  readonly hasSidestep: boolean;
}

interface Draft {
  readonly sources: Slot[];
  readonly targets: readonly Slot[];
  readonly sidesteps: number[];
  lane?: number;
}

const rowsOf = (slots: readonly Slot[]): number[] => slots.map((slot) => slot.row);

/** Routes the lines between a layer and the next so that no two can be taken for one. */
export function routeGap(layer: Layer, next: Layer): Gap {
  const nets = netsOf(layer, next);
  const bent = nets.filter(
    ({ sources, targets }) =>
      sources.length > 1 || targets.length > 1 || sources[0]?.row !== targets[0]?.row,
  );
  const laneCount = assignLanes(bent);
  return { nets, laneCount, hasSidestep: nets.some((net) => net.sidesteps.length > 0) };
}

function netsOf(layer: Layer, next: Layer): Draft[] {
  const nets = new Map<string, Draft>();
  for (const [index, source] of layer.slots.entries()) {
    const ends = layer.links.filter((link) => link.from === index).map((link) => link.to);
    if (ends.length === 0) continue;
    const key = [...ends].sort((a, b) => a - b).join(",");
    const targets = next.slots.filter((_, place) => ends.includes(place));
    const net = nets.get(key) ?? { sources: [], targets, sidesteps: [] };
    net.sources.push(source);
    nets.set(key, net);
  }
  return [...nets.values()];
}

/**
 * A net whose source is on the row where another net ends must turn off before that one comes in, so its lane
 * is further left. Where two wait for each other in a circle, one sidesteps to the free row below its own.
 */
function assignLanes(nets: readonly Draft[]): number {
  const waiting = new Set(nets);
  const placed: Draft[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find((net) => blockersOf(net, waiting).length === 0);
    const net = ready ?? sidestepped(waiting);
    waiting.delete(net);
    net.lane = freeLane(net, placed);
    placed.push(net);
  }
  return Math.max(-1, ...placed.map((net) => net.lane ?? 0)) + 1;
}

/** The nets that must lie further left: one of their sources is on a row this net ends on. */
function blockersOf(net: Draft, among: Iterable<Draft>): Draft[] {
  const ends = new Set(rowsOf(net.targets));
  return [...among].filter(
    (other) =>
      other !== net &&
      other.sources.some(({ row }) => ends.has(row) && !other.sidesteps.includes(row)),
  );
}

/** Picks the net that blocks the most and lets all its blocked rows be free. */
function sidestepped(waiting: ReadonlySet<Draft>): Draft {
  const [first] = waiting;
  if (first === undefined) throw new TypeError("no net waits");
  const blocker = blockersOf(first, waiting)[0] ?? first;
  for (const { row } of blocker.sources) {
    const isEnd = [...waiting].some(
      (other) => other !== blocker && rowsOf(other.targets).includes(row),
    );
    if (isEnd) blocker.sidesteps.push(row);
  }
  return [...waiting].find((net) => blockersOf(net, waiting).length === 0) ?? first;
}

function freeLane(net: Draft, placed: readonly Draft[]): number {
  const left = blockersOf(net, placed).map((other) => (other.lane ?? 0) + 1);
  let lane = Math.max(0, ...left);
  const [top, bottom] = spanOf(net);
  const isTaken = (candidate: number): boolean =>
    placed.some((other) => {
      const [otherTop, otherBottom] = spanOf(other);
      return other.lane === candidate && top <= otherBottom && otherTop <= bottom;
    });
  while (isTaken(lane)) lane += 1;
  return lane;
}

/** First and last canvas row of a net's upright line; slots are on every second row. */
export function spanOf(net: Pick<Net, "sources" | "targets" | "sidesteps">): [number, number] {
  const rows = [
    ...net.sources.map(({ row }) => (net.sidesteps.includes(row) ? 2 * row + 1 : 2 * row)),
    ...net.targets.map(({ row }) => 2 * row),
  ];
  return [Math.min(...rows), Math.max(...rows)];
}
