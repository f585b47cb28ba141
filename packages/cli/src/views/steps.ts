import type { ViewTerminal } from "@aomori/command";
import { cellText, padEnd, truncate } from "@aomori/command";
import { textAt } from "../wire/fields.ts";
import { clockText } from "./durations.ts";

/** One step of a trajectory: `[14:02:03] tool_call    edit src/day.js`. */
function stepLine(step: unknown, { paint, columns }: ViewTerminal): string {
  const time = `[${clockText(textAt(step, "at"))}]`;
  const type = padEnd(cellText(textAt(step, "type")), 12);
  const room =
    columns === undefined ? Number.POSITIVE_INFINITY : columns - time.length - type.length - 2;
  const text = truncate(cellText(textAt(step, "summary")), Math.max(20, room));
  return `${paint.dim(time)} ${paint.cyan(type)} ${text}`;
}

export function stepsText(steps: readonly unknown[], terminal: ViewTerminal): string {
  return steps.map((step) => `${stepLine(step, terminal)}\n`).join("");
}
