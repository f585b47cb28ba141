import type { ViewTerminal } from "@aomori/command";
import { cellText, truncate } from "@aomori/command";
import { countsText, paintStatus, statusGlyph, statusWord } from "../views/statuses.ts";
import type { NodeLabel } from "./draw-graph.ts";
import { drawGraph } from "./draw-graph.ts";
import type { GraphTask, TaskGraph } from "./task-graph.ts";
import { impliedEdgesRemoved } from "./task-graph.ts";

/** The graph, its critical path and what has been done, as lines. */
export function graphText(graph: TaskGraph, terminal: ViewTerminal): string {
  const { paint } = terminal;
  if (graph.tasks.length === 0)
    return `${paint.dim("no tasks yet: they come with the phase TASKS")}\n`;
  return `${[
    ...graphRows(graph, terminal),
    "",
    criticalPathLine(graph, terminal),
    progressLine(graph),
  ].join("\n")}\n`;
}

/** The drawing alone: with whole ids where it fits the terminal, with numbers, or as a list. */
export function graphRows(graph: TaskGraph, { paint, columns }: ViewTerminal): string[] {
  const byId = new Map(graph.tasks.map((task) => [task.id, task]));
  const ids = [...byId.keys()];
  const edges = impliedEdgesRemoved(ids, graph.edges);
  const path = new Map(graph.criticalPath.map((id, index) => [id, index]));
  const isMarked = ({ from, to }: { from: string; to: string }): boolean => {
    const index = path.get(from);
    return index !== undefined && path.get(to) === index + 1;
  };
  for (const shorten of [false, true]) {
    const labelOf = (id: string): NodeLabel => labelFor(byId.get(id), id, shorten, paint);
    const look = { labelOf, isMarked, mark: paint.cyan, plain: paint.dim };
    const drawing = drawGraph(ids, edges, look);
    if (columns === undefined || drawing.width <= columns) return [...drawing.rows];
  }
  return graph.tasks.map((task) => listLine(task, edges, paint, columns));
}

function criticalPathLine(graph: TaskGraph, { paint }: ViewTerminal): string {
  const path = graph.criticalPath.map((id) => paint.bold(cellText(id))).join(" → ");
  const hours =
    graph.criticalPathHours > 0 ? paint.dim(`  (${hoursText(graph.criticalPathHours)})`) : "";
  return `Critical path: ${path === "" ? "none" : path}${hours}`;
}

export function hoursText(hours: number): string {
  return `${Number(hours.toFixed(2))} h`;
}

function progressLine(graph: TaskGraph): string {
  const counts: Record<string, number> = {};
  for (const { status } of graph.tasks) counts[status] = (counts[status] ?? 0) + 1;
  return `Tasks: ${graph.tasks.length} (${countsText(counts)})`;
}

type Paint = ViewTerminal["paint"];

function labelFor(
  task: GraphTask | undefined,
  id: string,
  shorten: boolean,
  paint: Paint,
): NodeLabel {
  const status = task?.status ?? "unknown";
  const name = cellText(shorten ? id.replace(/^[A-Z]+-/, "") : id);
  const shown = task?.onCriticalPath === true ? paint.bold(name) : name;
  const gap = shorten ? "" : " ";
  return {
    text: `${paintStatus(status, statusGlyph(status), paint)}${gap}${shown}`,
    width: 1 + gap.length + name.length,
  };
}

/** For graphs wider than the terminal. */
function listLine(
  task: GraphTask,
  edges: readonly { readonly from: string; readonly to: string }[],
  paint: Paint,
  columns: number | undefined,
): string {
  const before = edges.filter(({ to }) => to === task.id).map(({ from }) => from);
  const after = before.length === 0 ? "" : `  after ${before.join(", ")}`;
  const rest = ` ${task.id}${task.onCriticalPath ? " *" : ""}  ${statusWord(task.status)}${after}  ${task.title}`;
  const width = columns === undefined ? Number.POSITIVE_INFINITY : columns - 1;
  const glyph = paintStatus(task.status, statusGlyph(task.status), paint);
  return glyph + truncate(cellText(rest), width);
}
