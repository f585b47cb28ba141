import { priorityScore } from "./priority-score.ts";
import type { PriorityInput } from "./priority-score.ts";

export interface Candidate<Id extends string = string> extends PriorityInput {
  readonly id: Id;
  readonly specId: string;
  readonly projectId: string;
  readonly driver: string;
  /** Back-off after a rate limit or a retry, milliseconds since 1970. */
  readonly notBeforeMs?: number;
}

type LimitScope = "global" | "project" | "spec" | "driver";

/** Tasks that may run at once; the maps hold what differs from the number for all. */
export interface DispatchLimits {
  readonly global: number;
  readonly project: number;
  readonly spec: number;
  readonly driver: number;
  readonly projects?: ReadonlyMap<string, number>;
  readonly specs?: ReadonlyMap<string, number>;
  readonly drivers?: ReadonlyMap<string, number>;
}

/** Tasks that run (or validate) now. */
export interface RunningCounts {
  readonly global: number;
  readonly projects: ReadonlyMap<string, number>;
  readonly specs: ReadonlyMap<string, number>;
  readonly drivers: ReadonlyMap<string, number>;
}

/** Why a ready task is not picked. */
export type Hold =
  | {
      readonly kind: "limit";
      readonly scope: LimitScope;
      readonly running: number;
      readonly limit: number;
    }
  | { readonly kind: "not_before"; readonly atMs: number };

export interface DispatchInput<Id extends string> {
  readonly ready: Iterable<Candidate<Id>>;
  readonly running: RunningCounts;
  readonly limits: DispatchLimits;
  readonly nowMs: number;
}

export interface Dispatch<Id extends string> {
  /** Ids to start, the most urgent first. */
  readonly picks: readonly Id[];
  /** When the next backed-off task may start; look again then. `undefined` where none waits for a time. */
  readonly nextDueMs: number | undefined;
}

/** The first thing that keeps a ready task from running now: its back-off, then the limits from the widest to the narrowest. */
export function holdOf(
  task: Candidate,
  running: RunningCounts,
  limits: DispatchLimits,
  nowMs: number,
): Hold | undefined {
  if (task.notBeforeMs !== undefined && task.notBeforeMs > nowMs) {
    return { kind: "not_before", atMs: task.notBeforeMs };
  }
  const { projectId, specId, driver } = task;
  return (
    over("global", running.global, limits.global) ??
    over(
      "project",
      running.projects.get(projectId),
      limits.projects?.get(projectId) ?? limits.project,
    ) ??
    over("spec", running.specs.get(specId), limits.specs?.get(specId) ?? limits.spec) ??
    over("driver", running.drivers.get(driver), limits.drivers?.get(driver) ?? limits.driver)
  );
}

function over(scope: LimitScope, count: number | undefined, limit: number): Hold | undefined {
  const running = count ?? 0;
  return running >= limit ? { kind: "limit", scope, running, limit } : undefined;
}

/** Picks the ready tasks to start now, by priority score, never beyond a limit; equal scores go to the longest waiting, then by id. */
export function selectDispatch<Id extends string>(input: DispatchInput<Id>): Dispatch<Id> {
  const { running, limits, nowMs } = input;
  const counts = {
    global: running.global,
    projects: new Map(running.projects),
    specs: new Map(running.specs),
    drivers: new Map(running.drivers),
  };
  const eligible: { readonly task: Candidate<Id>; readonly score: number }[] = [];
  let nextDueMs: number | undefined;
  for (const task of input.ready) {
    const hold = holdOf(task, counts, limits, nowMs);
    if (hold === undefined) eligible.push({ task, score: priorityScore(task, nowMs) });
    else if (hold.kind === "not_before") nextDueMs = Math.min(nextDueMs ?? hold.atMs, hold.atMs);
  }
  eligible.sort(
    (a, b) =>
      b.score - a.score ||
      a.task.readyAtMs - b.task.readyAtMs ||
      (a.task.id < b.task.id ? -1 : Number(a.task.id > b.task.id)),
  );
  const picks: Id[] = [];
  for (const { task } of eligible) {
    if (counts.global >= limits.global) break;
    if (holdOf(task, counts, limits, nowMs) !== undefined) continue;
    picks.push(task.id);
    counts.global += 1;
    increment(counts.projects, task.projectId);
    increment(counts.specs, task.specId);
    increment(counts.drivers, task.driver);
  }
  return { picks, nextDueMs };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
