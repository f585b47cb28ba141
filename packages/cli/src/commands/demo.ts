import type { CommandHandler } from "@aomori/command";
import { DemoBoard } from "../demo/demo-board.ts";
import { demoFrame, endingText } from "../demo/demo-frame.ts";
import { runDemo } from "../demo/run-demo.ts";
import { eventLine, stepEventTypes } from "../views/event-line.ts";
import { textAt } from "../wire/fields.ts";

/** Cancelling the spec of a scripted model has this long after Ctrl-C. */
const leaveGraceMs = 6000;
const fallbackRows = 24;

const board = new DemoBoard();
const show = { startedAtMs: 0, title: "", rows: fallbackRows, showsSteps: false };

export const handler: CommandHandler = {
  graceMs: leaveGraceMs,
  defaultFormat: "table",
  run: (request) => {
    show.startedAtMs = Date.now();
    show.rows = request.context.stdout.rows() ?? fallbackRows;
    show.showsSteps = request.input["steps"] === true;
    return runDemo(request, board);
  },
  view: {
    frame: (event, terminal) => {
      if (terminal.columns === undefined) return undefined;
      if (event.type === "demo.started") show.title = textAt(event, "summary") ?? "";
      const nowMs = Date.now();
      const elapsedMs = nowMs - show.startedAtMs;
      return demoFrame({ ...show, board, elapsedMs, nowMs }, terminal);
    },
    event: (event, terminal) => {
      if (event.type === "demo.completed") return endingText(event, terminal);
      const isLive = terminal.columns !== undefined;
      if (isLive || (stepEventTypes.includes(event.type) && !show.showsSteps)) return undefined;
      return eventLine(event, terminal);
    },
  },
};
