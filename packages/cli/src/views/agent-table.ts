import type { ViewTerminal } from "@aomori/command";
import { renderTable } from "@aomori/command";
import { textAt } from "../wire/fields.ts";
import { elapsedText } from "./durations.ts";
import { statusWord } from "./statuses.ts";

/** Agents with how long they have been, or were, at work. */
export function agentTable(
  agents: readonly unknown[],
  { paint, columns }: ViewTerminal,
  nowMs: number,
): string {
  const rows = agents.map((agent) => ({
    id: textAt(agent, "id") ?? "?",
    status: statusWord(textAt(agent, "status") ?? "unknown"),
    task: textAt(agent, "task_id") ?? "—",
    mode: textAt(agent, "execution_mode") ?? "—",
    health: textAt(agent, "health") ?? "unknown",
    uptime: elapsedText(textAt(agent, "started_at"), textAt(agent, "ended_at"), nowMs) ?? "—",
  }));
  const names = ["id", "status", "task", "mode", "health", "uptime"];
  return renderTable(names, rows, { paint, maxWidth: columns });
}
