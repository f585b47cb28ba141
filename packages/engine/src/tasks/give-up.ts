import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import { settleSpec, startFollowing } from "../merging/settle-spec.ts";
import { retryDecision } from "../scheduling/retry-decision.ts";
import type { RetryDecision } from "../scheduling/retry-decision.ts";
import type { Board } from "./board.ts";
import { currentTask } from "./current-task.ts";
import type { TaskFailure } from "./task-failure.ts";

/** Decides what a failed run means: another one later, or a failed task and blocked dependents. */
export async function giveUp(
  engine: EngineContext,
  input: TaskInput,
  failure: TaskFailure,
): Promise<void> {
  const following = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = currentTask(board, input);
    if (task === undefined) return undefined;
    const decision = decide(engine, board, task, failure, tx.nowMs);
    if (decision.kind === "retry") retry(board, tx, task, failure, decision);
    else fail(board, tx, task, failure);
    return settleSpec(board, tx);
  });
  await startFollowing(engine, following);
  engine.wake();
}

/** A limit that has not gone by this long after the task became ready needs a person. */
const longestRateLimitMs = 24 * 3_600_000;

function decide(
  engine: EngineContext,
  board: Board,
  task: TaskRow,
  failure: TaskFailure,
  nowMs: number,
): RetryDecision {
  const { errorClass, retryAfterMs } = failure;
  const readyAtMs = Date.parse(task.readyAt ?? task.createdAt);
  if (errorClass === "rate_limited" && nowMs - readyAtMs >= longestRateLimitMs) {
    return { kind: "fail" };
  }
  return retryDecision({
    errorClass,
    attempt: task.attempt,
    // Its rounds were the attempts.
    maxAttempts: errorClass === "validation_failed" ? 0 : board.spec.settings.maxTaskAttempts,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    backoffs: board.backoffsOf(task.id),
    random: () => engine.random.fraction(),
  });
}

function retry(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  failure: TaskFailure,
  decision: Extract<RetryDecision, { kind: "retry" }>,
): void {
  const { code, message } = failure;
  const notBeforeMs = tx.nowMs + decision.afterMs;
  const attempt = decision.countsAsAttempt ? task.attempt : task.attempt - 1;
  const followed = board.dag.set(task.id, "ready");
  const backoffs = decision.countsAsAttempt ? 0 : board.backoffsOf(task.id) + 1;
  board.postpone(task.id, notBeforeMs, { retries: attempt, backoffs });
  board.updateTask(tx, task.id, {
    status: "ready",
    attempt,
    validationRound: 0,
    notBefore: new Date(notBeforeMs).toISOString(),
    failure: { code, message, at: tx.now },
  });
  tx.emit({
    ...board.facts(task.id),
    type: "task.retrying",
    summary: `${task.id} again in ${(decision.afterMs / 1000).toFixed(1)} s: ${message}`,
    data: { code, message, attempt: task.attempt, afterMs: decision.afterMs },
  });
  board.persist(tx, [task.id], followed);
}

function fail(board: Board, tx: OrgTransaction, task: TaskRow, failure: TaskFailure): void {
  const { code, message } = failure;
  const followed = board.dag.set(task.id, "failed");
  board.updateTask(tx, task.id, {
    status: "failed",
    endedAt: tx.now,
    failure: { code, message, at: tx.now },
  });
  tx.emit({
    ...board.facts(task.id),
    type: "task.failed",
    summary: `${task.id} failed: ${message}`,
    data: { code, message, attempt: task.attempt },
  });
  board.persist(tx, [task.id], followed);
}
