import type { TaskStatusName } from "@aomori/contract";

/** First that applies wins: what needs a person shows before what goes on by itself. */
const shownFirst: readonly TaskStatusName[] = [
  "failed",
  "blocked",
  "running",
  "validating",
  "ready",
  "pending",
];

/** A ticket's status: that of its tasks which most wants to be seen; completed tasks beside waiting ones read as running. */
export function statusOfTicket(tasks: Iterable<TaskStatusName>): TaskStatusName {
  const present = new Set(tasks);
  const shown = shownFirst.find((status) => present.has(status));
  if (shown === undefined) {
    if (present.has("completed")) return "completed";
    return present.has("cancelled") ? "cancelled" : "pending";
  }
  const waiting = shown === "ready" || shown === "pending";
  return waiting && present.has("completed") ? "running" : shown;
}
