import type { StreamedEvent, ViewTerminal } from "@aomori/command";
import { cellText, padEnd, truncate } from "@aomori/command";
import { fieldsAt, numberAt, textAt } from "../wire/fields.ts";
import { clockText } from "./durations.ts";

/** Events of an agent's every step; shown with `--steps` only. */
export const stepEventTypes: readonly string[] = [
  "agent.output",
  "agent.tool_call",
  "agent.tool_result",
  "agent.file_changed",
  "agent.heartbeat",
];

const typeWidth = 19;

/** `[14:02:03] phase.advanced      REQUIREMENTS → DESIGN`. */
export function eventLine(event: StreamedEvent, { paint, columns }: ViewTerminal): string {
  const time = `[${clockText(textAt(event, "at"))}]`;
  const type = padEnd(cellText(event.type), typeWidth);
  const text = cellText(eventText(event));
  const room =
    columns === undefined ? Number.POSITIVE_INFINITY : columns - time.length - type.length - 2;
  return `${paint.dim(time)} ${paintType(event, type, paint)} ${truncate(text, Math.max(20, room))}`;
}

/** What happened in one line; the server's own words where they are the best there are. */
function eventText(event: StreamedEvent): string {
  if (event.type === "phase.advanced") {
    const data = fieldsAt(event, "data");
    const from = textAt(data, "from");
    const to = textAt(data, "to");
    const score = numberAt(data, "score");
    const shown = score === undefined ? "" : ` (${score.toFixed(2)})`;
    if (from !== undefined && from === to) return `${from} accepted${shown}`;
    if (from !== undefined && to !== undefined) return `${from} → ${to}${shown}`;
  }
  return textAt(event, "summary") ?? JSON.stringify(event["data"] ?? {});
}

function paintType(event: StreamedEvent, text: string, paint: ViewTerminal["paint"]): string {
  const verb = event.type.split(".").at(-1) ?? "";
  const isGateRed = event.type === "merge.gate" && fieldsAt(event, "data")["passed"] === false;
  if (/^(?:failed|blocked|stuck|conflict|reverted)$/.test(verb) || isGateRed)
    return paint.red(text);
  if (/^(?:completed|passed|merged|advanced|approved|resolved|gate)$/.test(verb)) {
    return paint.green(text);
  }
  if (
    /^(?:retrying|rejected|awaiting_approval|stale|intervention|delivered|acknowledged)$/.test(verb)
  ) {
    return paint.yellow(text);
  }
  return stepEventTypes.includes(event.type) ? paint.dim(text) : paint.cyan(text);
}
