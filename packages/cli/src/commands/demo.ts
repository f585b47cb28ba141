import type { CommandHandler, CommandRequest } from "@aomori/command";
import { DemoBoard } from "../demo/demo-board.ts";
import { demoFrame, endingText } from "../demo/demo-frame.ts";
import { runDemo } from "../demo/run-demo.ts";
import { eventLine, stepEventTypes } from "../views/event-line.ts";
import { textAt } from "../wire/fields.ts";

/** Cancelling the spec of a scripted model has this long after Ctrl-C. */
const leaveGraceMs = 6000;
const fallbackRows = 24;

/** What is shown of a run. A terminal has one command at a time; sessions and tools run several and show none. */
const shownRun = (request?: CommandRequest) => ({
  board: new DemoBoard(),
  startedAtMs: Date.now(),
  title: "",
  rows: request?.context.stdout.rows() ?? fallbackRows,
  showsSteps: request?.input["steps"] === true,
});

let shown = shownRun();

export const handler: CommandHandler = {
  graceMs: leaveGraceMs,
  defaultFormat: "table",
  run: (request) => {
    shown = shownRun(request);
    return runDemo(request, shown.board);
  },
  view: {
    frame: (event, terminal) => {
      if (terminal.columns === undefined) return undefined;
      if (event.type === "demo.started") shown.title = textAt(event, "summary") ?? "";
      const nowMs = Date.now();
      const elapsedMs = nowMs - shown.startedAtMs;
      return demoFrame({ ...shown, elapsedMs, nowMs }, terminal);
    },
    event: (event, terminal) => {
      if (event.type === "demo.completed") return endingText(event, terminal);
      const isLive = terminal.columns !== undefined;
      if (isLive || (stepEventTypes.includes(event.type) && !shown.showsSteps)) return undefined;
      return eventLine(event, terminal);
    },
  },
};
