import type { SpecStatusName, TaskStatusName } from "@aomori/contract";
import { holdOf } from "./select-dispatch.ts";
import type { Candidate, DispatchLimits, Hold, RunningCounts } from "./select-dispatch.ts";

export interface WaitingTask {
  readonly id: string;
  readonly status: TaskStatusName;
  readonly candidate: Candidate;
  /** Why it failed or is held for a person. */
  readonly failure?: string;
}

export interface WaitingContext {
  readonly specStatus: SpecStatusName;
  /** What it waits directly for. */
  readonly dependencies: readonly { readonly id: string; readonly status: TaskStatusName }[];
  /** The failed, cancelled or held tasks behind a block, nearest first (`TaskDag.stoppers`). */
  readonly stoppers: readonly { readonly id: string; readonly status: TaskStatusName }[];
  readonly running: RunningCounts;
  readonly limits: DispatchLimits;
  readonly nowMs: number;
}

/** Why a task is not running, a line per reason, for people; empty where it runs or has ended well. */
export function explainWaiting(task: WaitingTask, context: WaitingContext): readonly string[] {
  switch (task.status) {
    case "pending":
      return explainDependencies(context);
    case "ready":
      return explainReady(task, context);
    case "blocked":
      return explainBlocked(task, context);
    case "failed":
      return [`failed${because(task)}; run it again with "aomori task retry ${task.id}"`];
    case "cancelled":
      return [`cancelled; run it after all with "aomori task retry ${task.id}"`];
    default:
      return [];
  }
}

function explainDependencies({ dependencies, specStatus }: WaitingContext): readonly string[] {
  const reasons = dependencies
    .filter(({ status }) => status !== "completed")
    .map(({ id, status }) => `waits for ${id} (${status})`);
  if (reasons.length > 0) return reasons;
  return specStatus === "planning" || specStatus === "awaiting_approval"
    ? [`its spec is ${specText(specStatus)}`]
    : ["its dependencies are completed; it becomes ready at the next look"];
}

function explainReady(task: WaitingTask, context: WaitingContext): readonly string[] {
  const { specStatus, running, limits, nowMs } = context;
  if (specStatus !== "running" && specStatus !== "merging") {
    return [`its spec is ${specText(specStatus)}`];
  }
  const hold = holdOf(task.candidate, running, limits, nowMs);
  return [hold === undefined ? "starts at the next dispatch" : holdText(hold)];
}

function explainBlocked(task: WaitingTask, { stoppers }: WaitingContext): readonly string[] {
  if (stoppers.length === 0) {
    return [`needs a person${because(task)}; then run "aomori task retry ${task.id}"`];
  }
  return stoppers.map(({ id, status }) =>
    status === "blocked"
      ? `${id} is blocked and needs a person: see "aomori task show ${id}"`
      : `${id} ${status}: run it again with "aomori task retry ${id}"`,
  );
}

function because(task: WaitingTask): string {
  return task.failure === undefined ? "" : `: ${task.failure}`;
}

function specText(status: SpecStatusName): string {
  return status.replaceAll("_", " ");
}

function holdText(hold: Hold): string {
  if (hold.kind === "not_before") return `not before ${new Date(hold.atMs).toISOString()}`;
  const where = hold.scope === "global" ? "limit of all specs" : `limit of its ${hold.scope}`;
  return `${where} reached: ${hold.running} of ${hold.limit} running`;
}
