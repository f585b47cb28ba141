import { Canvas } from "./canvas.ts";
import type { Gap, Net } from "./lanes.ts";
import { routeGap, spanOf } from "./lanes.ts";
import type { Layer, Slot } from "./layers.ts";
import { layerGraph } from "./layers.ts";
import type { GraphEdge } from "./task-graph.ts";

export interface NodeLabel {
  readonly text: string;
  readonly width: number;
}

export interface DrawOptions {
  readonly labelOf: (task: string) => NodeLabel;
  /** True for the edges to be set off. */
  readonly isMarked: (edge: GraphEdge) => boolean;
  readonly mark: (text: string) => string;
  readonly plain: (text: string) => string;
}

export interface Drawing {
  readonly rows: readonly string[];
  readonly width: number;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

/** Columns of a gap before, between and after its lanes. */
const margin = 2;

/** A graph as text, from left to right; every line leads where an edge does and nowhere else. */
export function drawGraph(
  ids: readonly string[],
  edges: readonly GraphEdge[],
  options: DrawOptions,
): Drawing {
  const layers = layerGraph(ids, edges);
  const gaps = layers.slice(1).map((next, index) => routeGap(layers[index] ?? emptyLayer, next));
  const columns = placeColumns(layers, gaps, options);
  const canvas = new Canvas();
  for (const [index, layer] of layers.entries()) {
    const column = columns[index] ?? { x: 0, width: 0 };
    for (const slot of layer.slots) drawSlot(canvas, slot, column, options);
  }
  let firstNet = 0;
  for (const [index, gap] of gaps.entries()) {
    const from = columns[index] ?? { x: 0, width: 0 };
    const to = columns[index + 1] ?? { x: 0, width: 0 };
    for (const [place, net] of gap.nets.entries()) {
      drawNet(canvas, firstNet + place, net, { from, to, gap }, options);
    }
    firstNet += gap.nets.length;
  }
  const last = columns.at(-1) ?? { x: 0, width: 0 };
  return { rows: canvas.rows(options.mark, options.plain), width: last.x + last.width };
}

const emptyLayer: Layer = { slots: [], links: [] };

function placeColumns(
  layers: readonly Layer[],
  gaps: readonly Gap[],
  { labelOf }: DrawOptions,
): Column[] {
  const columns: Column[] = [];
  let x = 0;
  for (const [index, layer] of layers.entries()) {
    const widths = layer.slots.map(({ task }) => (task === undefined ? 0 : labelOf(task).width));
    const width = Math.max(0, ...widths);
    columns.push({ x, width });
    const gap = gaps[index];
    const lanes = gap === undefined ? 0 : gap.laneCount * 2 - 1;
    const sidestep = gap?.hasSidestep === true ? 2 : 0;
    x += width + margin * 2 + Math.max(1, lanes) + sidestep;
  }
  return columns;
}

function drawSlot(
  canvas: Canvas,
  slot: Slot,
  { x, width }: Column,
  { labelOf, isMarked }: DrawOptions,
): void {
  const y = 2 * slot.row;
  if (slot.task !== undefined) {
    const label = labelOf(slot.task);
    canvas.label(x, y, label.text, label.width);
  } else if (width > 0) {
    const ends = { openStart: true, openEnd: true, marked: hasMark(slot, slot, isMarked) };
    canvas.across(-1, y, [x, x + width - 1], ends);
  }
}

interface Place {
  readonly from: Column;
  readonly to: Column;
  readonly gap: Gap;
}

function drawNet(
  canvas: Canvas,
  id: number,
  net: Net,
  place: Place,
  { labelOf, isMarked }: DrawOptions,
): void {
  const { from, to, gap } = place;
  const gapStart = from.x + from.width;
  const sidestepX = gapStart + margin;
  const laneX = sidestepX + (gap.hasSidestep ? 2 : 0) + 2 * (net.lane ?? 0);
  const startOf = ({ task }: Slot): number =>
    task === undefined ? gapStart : from.x + labelOf(task).width + 1;
  const endOf = ({ task }: Slot): number => (task === undefined ? to.x - 1 : to.x - 2);
  const source = net.sources[0];
  const target = net.targets[0];
  if (net.lane === undefined && source !== undefined && target !== undefined) {
    const ends = { openStart: true, openEnd: true, marked: hasMark(source, target, isMarked) };
    canvas.across(id, 2 * source.row, [startOf(source), endOf(target)], ends);
    return;
  }
  canvas.down(id, laneX, spanOf(net), false);
  for (const each of net.sources) {
    const marked = net.targets.some((end) => hasMark(each, end, isMarked));
    const y = 2 * each.row;
    if (net.sidesteps.includes(each.row)) {
      canvas.across(id, y, [startOf(each), sidestepX], { openStart: true, marked });
      canvas.down(id, sidestepX, [y, y + 1], marked);
      canvas.across(id, y + 1, [sidestepX, laneX], { marked });
    } else {
      canvas.across(id, y, [startOf(each), laneX], { openStart: true, marked });
    }
  }
  for (const each of net.targets) {
    const marked = net.sources.some((start) => hasMark(start, each, isMarked));
    canvas.across(id, 2 * each.row, [laneX, endOf(each)], { openEnd: true, marked });
  }
  markUpright(canvas, id, net, laneX, isMarked);
}

/** Marks the part of the upright line that a marked edge runs along. */
function markUpright(
  canvas: Canvas,
  id: number,
  net: Net,
  laneX: number,
  isMarked: DrawOptions["isMarked"],
): void {
  for (const start of net.sources) {
    for (const end of net.targets) {
      if (!hasMark(start, end, isMarked)) continue;
      const startY = 2 * start.row + (net.sidesteps.includes(start.row) ? 1 : 0);
      const span = [Math.min(startY, 2 * end.row), Math.max(startY, 2 * end.row)] as const;
      canvas.down(id, laneX, span, true);
    }
  }
}

function hasMark(from: Slot, to: Slot, isMarked: DrawOptions["isMarked"]): boolean {
  const shared = to.sources.length === 1 && to.task === undefined ? to.sources : from.sources;
  const targets =
    from.task === undefined ? from.targets.filter((id) => to.targets.includes(id)) : to.targets;
  return shared.some((source) => targets.some((target) => isMarked({ from: source, to: target })));
}
