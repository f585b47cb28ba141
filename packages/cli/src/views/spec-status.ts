import type { ViewTerminal } from "@aomori/command";
import { cellText, truncate } from "@aomori/command";
import { fieldsAt, fieldsOf, numberAt, textAt, textsAt } from "../wire/fields.ts";
import { placeText } from "./place.ts";
import { countsText, paintStatus, statusWord } from "./statuses.ts";

const phases = ["EXPLORE", "PRD", "REQUIREMENTS", "DESIGN", "TASKS", "SYNC", "COMPLETE"];

/** `REQUIREMENTS (3/7)`. */
export function phaseText(phase: string): string {
  const index = phases.indexOf(phase);
  return index === -1 ? cellText(phase) : `${phase} (${index + 1}/${phases.length})`;
}

/** A spec as `spec status` shows it: phase, evaluator, counts, agents, and what it waits for. */
export function specStatusText(value: unknown, { paint, columns }: ViewTerminal): string {
  const spec = fieldsOf(value);
  const status = textAt(spec, "status") ?? "unknown";
  const counts = fieldsAt(spec, "counts");
  const lines = [
    paint.bold(
      `${placeText(spec["repository"], paint, cellText(spec["id"]))}: ${cellText(spec["title"])}`,
    ),
    `Status: ${paintStatus(status, statusWord(status), paint)}`,
    `Phase: ${phaseText(textAt(spec, "phase") ?? "?")}`,
    `Evaluator: ${evaluatorText(value)}`,
    taskCountsLine(counts),
    `Agents: ${numberAt(counts, "agents_active") ?? 0} active`,
    `Branch: ${cellText(spec["integration_branch"])} (from ${cellText(spec["base_branch"])})`,
    `Repository: ${placeText(spec["repository"], paint)}`,
    ...usageLines(spec["usage"]),
    ...failureLines(spec, paint),
  ];
  const width = columns ?? Number.POSITIVE_INFINITY;
  return `${lines.map((line) => (line.includes("\u001b") ? line : truncate(line, width))).join("\n")}\n`;
}

function taskCountsLine(counts: unknown): string {
  const byStatus = countsText(fieldsAt(counts, "tasks_by_status"));
  const tasks = numberAt(counts, "tasks") ?? 0;
  const shown = byStatus === "" ? "" : ` (${byStatus})`;
  return `Tickets: ${numberAt(counts, "tickets") ?? 0}  Tasks: ${tasks}${shown}`;
}

/** `0.87 (passed)`: against the threshold the spec is judged by; says which phase's when it is an earlier one. */
function evaluatorText(spec: unknown): string {
  const score = numberAt(spec, "evaluator_score");
  if (score === undefined) return "not yet";
  const threshold = numberAt(fieldsAt(spec, "settings"), "threshold");
  const judged = textAt(spec, "evaluated_phase");
  const isEarlier = judged !== undefined && isPlanningBehind(textAt(spec, "phase"), judged);
  const shown = `${score.toFixed(2)}${isEarlier ? ` for ${judged}` : ""}`;
  const vetoes = textsAt(spec, "evaluator_vetoes");
  if (vetoes.length > 0) return `${shown} (vetoed: ${[...new Set(vetoes)].join(", ")})`;
  if (threshold === undefined) return shown;
  return `${shown} (${score >= threshold ? "passed" : `below ${threshold}`})`;
}

/** COMPLETE has no evaluation of its own: SYNC's is the plan's last. */
function isPlanningBehind(phase: string | undefined, judged: string): boolean {
  return phase !== "COMPLETE" && phase !== judged;
}

function usageLines(usage: unknown): string[] {
  const input = numberAt(usage, "input_tokens") ?? 0;
  const output = numberAt(usage, "output_tokens") ?? 0;
  if (input + output === 0) return [];
  const cost = numberAt(usage, "cost_microusd");
  const price = cost === undefined ? "cost unknown" : `$${(cost / 1e6).toFixed(2)}`;
  return [
    `Tokens: ${input.toLocaleString("en")} in, ${output.toLocaleString("en")} out (${price})`,
  ];
}

function failureLines(spec: unknown, paint: ViewTerminal["paint"]): string[] {
  const failure = textAt(fieldsAt(spec, "failure"), "message");
  const gates = textsAt(spec, "gates");
  const id = cellText(textAt(spec, "id") ?? "");
  const waits = textAt(spec, "status") === "awaiting_approval";
  return [
    ...(gates.length === 0 ? [] : [`Gates: ${gates.join(", ")}`]),
    ...(waits
      ? [`Next: aomori spec approve ${id}, or aomori spec reject ${id} "what to change"`]
      : []),
    ...(failure === undefined ? [] : [paint.red(`Reason: ${cellText(failure)}`)]),
  ];
}
