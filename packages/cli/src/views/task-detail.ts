import type { ViewTerminal } from "@aomori/command";
import { cellText, wrap } from "@aomori/command";
import { sanitizeForTerminal } from "@aomori/protocol";
import { fieldsAt, fieldsOf, numberAt, textAt, textsAt } from "../wire/fields.ts";
import { elapsedText } from "./durations.ts";
import { paintStatus, statusWord } from "./statuses.ts";

/** A task with the statuses of those it depends on, as `task show` gathers them. */
export interface TaskView {
  readonly task: unknown;
  readonly statusOf: (id: string) => string | undefined;
  readonly nowMs: number;
}

export function taskText(
  { task, statusOf, nowMs }: TaskView,
  { paint, columns }: ViewTerminal,
): string {
  const status = textAt(task, "status") ?? "unknown";
  const dependsOn = textsAt(task, "depends_on").map((id) => withStatus(id, statusOf(id)));
  const blocks = textsAt(task, "blocks").map(cellText);
  const failure = textAt(fieldsAt(task, "failure"), "message");
  const took = elapsedText(textAt(task, "started_at"), textAt(task, "ended_at"), nowMs);
  const lines = [
    paint.bold(`${cellText(fieldsOf(task)["id"])}: ${cellText(fieldsOf(task)["title"])}`),
    `Status: ${paintStatus(status, statusWord(status), paint)}${attemptText(task)}`,
    ...agentLines(task),
    ...(dependsOn.length === 0 ? [] : [`Depends on: ${dependsOn.join(", ")}`]),
    ...(blocks.length === 0 ? [] : [`Blocks: ${blocks.join(", ")}`]),
    ...(took === undefined ? [] : [`Duration: ${took}`]),
    ...reasonLines(textsAt(task, "waiting_for"), paint),
    ...(failure === undefined ? [] : [paint.red(`Failed: ${cellText(failure)}`)]),
    ...branchLines(task),
    ...descriptionLines(textAt(task, "description"), columns ?? 100),
  ];
  return `${lines.join("\n")}\n`;
}

function attemptText(task: unknown): string {
  const attempt = numberAt(task, "attempt") ?? 0;
  return attempt > 1 ? ` (attempt ${attempt})` : "";
}

function agentLines(task: unknown): string[] {
  const agent = textAt(task, "agent_id");
  const mode = textAt(task, "execution_mode") ?? "";
  return agent === undefined
    ? [`Mode: ${cellText(mode)}`]
    : [`Agent: ${cellText(agent)} (${cellText(mode)} mode)`];
}

function reasonLines(reasons: readonly string[], paint: ViewTerminal["paint"]): string[] {
  return reasons.map((reason) => paint.yellow(`Waiting: ${cellText(reason)}`));
}

function branchLines(task: unknown): string[] {
  const branch = textAt(task, "branch");
  const commit = textAt(task, "commit");
  if (branch === undefined) return [];
  const at = commit === undefined ? "" : ` at ${commit.slice(0, 12)}`;
  return [`Branch: ${cellText(branch)}${at}${fieldsOf(task)["merged"] === true ? ", merged" : ""}`];
}

function descriptionLines(description: string | undefined, columns: number): string[] {
  if (description === undefined) return [];
  const paragraphs = sanitizeForTerminal(description).split("\n");
  return [
    "",
    ...paragraphs.flatMap((text) =>
      text.trim() === "" ? [""] : wrap(text, Math.min(100, columns)),
    ),
  ];
}

function withStatus(id: string, status: string | undefined): string {
  return status === undefined ? cellText(id) : `${cellText(id)} (${statusWord(status)})`;
}
