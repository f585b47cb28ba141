import type { ViewTerminal } from "@aomori/command";
import { cellText, padEnd, truncate } from "@aomori/command";
import { graphRows } from "../dag/graph-view.ts";
import { durationText } from "../views/durations.ts";
import { eventLine } from "../views/event-line.ts";
import { placeText } from "../views/place.ts";
import { countsText, paintStatus, statusGlyph } from "../views/statuses.ts";
import type { BoardAgent, DemoBoard, PhaseState } from "./demo-board.ts";

const phases = ["EXPLORE", "PRD", "REQUIREMENTS", "DESIGN", "TASKS", "SYNC", "COMPLETE"];
const fallbackColumns = 80;
/** Lines that change less than the rest are cut first on a low terminal. */
const leastEvents = 1;
const mostEvents = 8;

export interface FrameInput {
  readonly title: string;
  readonly board: DemoBoard;
  readonly elapsedMs: number;
  readonly nowMs: number;
  /** Height of the terminal. */
  readonly rows: number;
}

/** The live picture: phases, evaluator, the graph, agents at work, and the newest events. */
export function demoFrame(input: FrameInput, terminal: ViewTerminal): string {
  const { board, title } = input;
  const { paint } = terminal;
  const columns = terminal.columns ?? fallbackColumns;
  const clock = durationText(input.elapsedMs);
  const head = [
    `${paint.bold(truncate(cellText(title), columns - clock.length - 2))}  ${paint.dim(clock)}`,
    phasesLine(board, paint, columns),
    scoreLine(board, paint, columns),
  ];
  const graph =
    board.graph.tasks.length === 0 ? [] : ["", ...graphRows(board.graph, { paint, columns })];
  const agents = [...board.agents.values()].map((agent) =>
    agentLine(agent, input, { paint, columns }),
  );
  const agentRows = agents.length === 0 ? [] : ["", ...agents];
  const used = head.length + graph.length + agentRows.length + 2;
  const room = Math.max(leastEvents, Math.min(mostEvents, input.rows - used));
  const events = board.events.slice(-room).map((event) => eventLine(event, { paint, columns }));
  return [...head, ...graph, ...agentRows, "", ...events].join("\n");
}

type Paint = ViewTerminal["paint"];

const phaseGlyphs: Readonly<Record<PhaseState, string>> = {
  waiting: "○",
  running: "●",
  rejected: "↻",
  done: "✓",
};

function phasesLine(board: DemoBoard, paint: Paint, columns: number): string {
  const isNarrow = phases.join("    ").length + 2 > columns;
  const shown = phases.map((phase) => {
    const isComplete = phase === "COMPLETE" && board.status === "completed";
    const state = isComplete ? "done" : (board.phases.get(phase) ?? "waiting");
    const text = `${phaseGlyphs[state]} ${isNarrow ? phase.slice(0, 3) : phase}`;
    if (state === "done") return paint.green(text);
    if (state === "rejected") return paint.yellow(text);
    return state === "running" ? paint.cyan(text) : paint.dim(text);
  });
  return shown.join("  ");
}

/** The fullest of three wordings that fits: a line that wraps would tear the picture when it is redrawn. */
function scoreLine(board: DemoBoard, paint: Paint, columns: number): string {
  const { tasks } = board.graph;
  const counts: Record<string, number> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  const score = board.score === undefined ? "not yet" : board.score.toFixed(2);
  const word = board.score === undefined ? "" : board.passed ? "passed" : "rejected";
  const done = `${counts["completed"] ?? 0} done`;
  const agents = `Agents: ${board.agents.size} active`;
  const wordings = [countsText(counts), done].map((text) => {
    const shown = tasks.length === 0 ? "" : ` (${text})`;
    const verdict = word === "" ? "" : ` (${word})`;
    return `Evaluator: ${score}${verdict}  Tasks: ${tasks.length}${shown}  ${agents}`;
  });
  const line =
    wordings.find((text) => text.length <= columns) ?? truncate(wordings[1] ?? "", columns);
  return line.replace(`(${word})`, `(${board.passed ? paint.green(word) : paint.yellow(word)})`);
}

function agentLine(
  agent: BoardAgent,
  { board, nowMs }: FrameInput,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string {
  const status = board.graph.tasks.find(({ id }) => id === agent.taskId)?.status ?? "running";
  const title = board.titleOf(agent.taskId) ?? "";
  const age = durationText(nowMs - agent.startedAtMs);
  const head = `${padEnd(agent.taskId, 8)} ${padEnd(truncate(cellText(title), 28), 28)} ${padEnd(agent.mode, 14)} ${padEnd(age, 7)}`;
  const text = truncate(`${head} ${cellText(agent.doing)}`, columns - 2);
  return `${paintStatus(status, statusGlyph(status), paint)} ${text}`;
}

/** The last lines: how it ended, and where to look. */
export function endingText(
  event: Readonly<Record<string, unknown>>,
  { paint }: ViewTerminal,
): string {
  const id = cellText(event["spec_id"]);
  const tests = cellText(event["tests"]);
  const aomori = cellText(event["invocation"]);
  return [
    "",
    `${paint.green("COMPLETE")} in ${cellText(event["took"])}  ok:true`,
    `Tests of the merged branch: ${paint.green(tests)}`,
    `Repository: ${placeText(event["repository"], paint)}`,
    `Branch: ${cellText(event["integration_branch"])} at ${cellText(event["commit"]).slice(0, 12)}`,
    "",
    "Look at it:",
    `  ${aomori} spec status ${id}`,
    `  ${aomori} dag show ${id}`,
    `  ${aomori} task diff ${cellText(event["example_task"])}`,
    `  ${aomori} dag merge ${id} --into BRANCH`,
    paint.dim("  (a branch of yours that is not checked out)"),
    "",
  ].join("\n");
}
