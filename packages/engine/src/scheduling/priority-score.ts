import type { TaskPriorityName } from "@aomori/contract";

export interface PriorityInput {
  readonly priority: TaskPriorityName;
  /** Since when the task could have run, milliseconds since 1970. */
  readonly readyAtMs: number;
  readonly deadlineAtMs?: number;
  /** Tasks that wait directly for this one. */
  readonly dependents: number;
  readonly retries: number;
  readonly maxRetries: number;
  /** Hours of the heaviest chain that starts with this task, itself included. */
  readonly hoursToEnd: number;
  /** Hours of the spec's critical path. */
  readonly criticalPathHours: number;
}

const priorityTerm: Readonly<Record<TaskPriorityName, number>> = {
  critical: 1,
  high: 0.75,
  medium: 0.5,
  low: 0.25,
};

/**
 * The five inherited weights (.45 .20 .15 .15 .05) keep their proportions and share 0.85;
 * the critical path has the rest: enough to decide between tasks of one priority level, whose
 * step is .45 · .25 · .85 ≈ .10, when one is far nearer to the end than the other.
 */
export const priorityWeights = {
  priority: 0.3825,
  age: 0.17,
  deadline: 0.1275,
  blocking: 0.1275,
  retries: 0.0425,
  criticalPath: 0.15,
} as const;

const ageFullMs = 3_600_000;
const deadlineNearMs = 900_000;
const deadlineBoost = 1.25;
const starvingAfterMs = 7_200_000;
const starvingFloor = 0.6;
const blockingFull = 10;

const unit = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/**
 * How soon a ready task shall run, higher first. At most 1; a deadline within 15 minutes or past
 * multiplies by 1.25, and a task that waited two hours has at least 0.6.
 */
export function priorityScore(task: PriorityInput, nowMs: number): number {
  const waitedMs = nowMs - task.readyAtMs;
  const slackMs = task.deadlineAtMs === undefined ? undefined : task.deadlineAtMs - nowMs;
  const weights = priorityWeights;
  const score =
    weights.priority * priorityTerm[task.priority] +
    weights.age * unit(waitedMs / ageFullMs) +
    weights.deadline * (slackMs === undefined ? 0 : unit(1 - slackMs / deadlineNearMs)) +
    weights.blocking * unit(task.dependents / blockingFull) +
    weights.retries * (task.maxRetries > 0 ? unit(1 - task.retries / task.maxRetries) : 1) +
    weights.criticalPath *
      (task.criticalPathHours > 0 ? unit(task.hoursToEnd / task.criticalPathHours) : 0);
  const boosted =
    slackMs !== undefined && slackMs <= deadlineNearMs ? score * deadlineBoost : score;
  return waitedMs >= starvingAfterMs ? Math.max(boosted, starvingFloor) : boosted;
}
