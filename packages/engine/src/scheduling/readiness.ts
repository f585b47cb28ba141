import type { TaskStatusName } from "@aomori/contract";

export type Readiness<Id extends string = string> =
  | { readonly kind: "ready" }
  | { readonly kind: "waiting"; readonly waitsFor: readonly Id[] }
  | { readonly kind: "blocked"; readonly stoppedBy: readonly Id[] };

/** A dependency in this status keeps its dependents from ever running unless a person acts. */
export function stopsDependents(status: TaskStatusName): boolean {
  return status === "failed" || status === "cancelled" || status === "blocked";
}

/** A task in this status follows its dependencies; in any other it goes its own way. */
export function followsDependencies(status: TaskStatusName): boolean {
  return status === "pending" || status === "ready" || status === "blocked";
}

/** The status of a task that has not started, from how many of its dependencies are unfinished and how many stop it. */
export function waitingStatus(
  unfinished: number,
  stopping: number,
): "pending" | "ready" | "blocked" {
  if (stopping > 0) return "blocked";
  return unfinished === 0 ? "ready" : "pending";
}

/** Whether a task may start; a dependency whose status is not known counts as unfinished. */
export function readiness<Id extends string>(
  id: Id,
  dependencies: ReadonlyMap<Id, readonly Id[]>,
  statuses: ReadonlyMap<Id, TaskStatusName>,
): Readiness<Id> {
  const unfinished = (dependencies.get(id) ?? []).filter((on) => statuses.get(on) !== "completed");
  const stoppedBy = unfinished.filter((on) => stopsDependents(statuses.get(on) ?? "pending"));
  if (stoppedBy.length > 0) return { kind: "blocked", stoppedBy };
  return unfinished.length === 0 ? { kind: "ready" } : { kind: "waiting", waitsFor: unfinished };
}
