import type { OrgId, ProviderKeysResource, TaskId, TaskStatusName } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findTaskRow } from "@aomori/store";
import type { OrgScope, TaskRow } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import { resumeSpec, settleSpec, startFollowing } from "../merging/settle-spec.ts";
import { stopRun } from "./live-runs.ts";
import { isOver } from "./task-over.ts";
import { taskInterrupt } from "./workspace-request.ts";

export async function requireTask(scope: OrgScope, taskId: TaskId): Promise<TaskRow> {
  const task = await findTaskRow(scope, taskId);
  if (task === undefined) {
    throw new UserError(
      "not_found",
      "TASK_NOT_FOUND",
      `task ${taskId} not found; list tasks with "aomori task list"`,
    );
  }
  return task;
}

export interface TaskDecision {
  readonly orgId: OrgId;
  readonly taskId: TaskId;
  readonly by: string;
  readonly keys?: ProviderKeysResource | undefined;
}

const retryable: readonly TaskStatusName[] = ["failed", "blocked", "cancelled"];

/** Runs a stopped task again and lets go what waited for it. Errors: TASK_NOT_FOUND, TASK_NOT_RETRYABLE. */
export async function retryTask(engine: EngineContext, decision: TaskDecision): Promise<void> {
  const { orgId, taskId } = decision;
  const task = await requireTask(engine.store.scope(orgId), taskId);
  if (decision.keys !== undefined) engine.keys.remember(task.specId, decision.keys);
  await engine.boards.change(orgId, task.specId, async (board, tx) => {
    const status = board.dag.status(taskId);
    const over = board.spec.status === "completed" || board.spec.status === "cancelled";
    const [stopper] = board.dag.stoppers(taskId);
    if (!retryable.includes(status) || over || stopper !== undefined) {
      const why = over
        ? `its spec is ${board.spec.status}`
        : stopper === undefined
          ? `it is ${status}`
          : `it waits for ${stopper}, which is ${board.dag.status(stopper)}; run that one again`;
      throw new UserError(
        "conflict",
        "TASK_NOT_RETRYABLE",
        `task ${taskId} cannot be run again: ${why}`,
      );
    }
    const changes = board.dag.reopen(taskId);
    board.postpone(taskId, tx.nowMs, { retries: 0, backoffs: 0 });
    board.updateTask(tx, taskId, {
      attempt: 0,
      validationRound: 0,
      notBefore: null,
      failure: null,
      readyAt: tx.now,
    });
    board.persist(tx, [], changes);
    resumeSpec(board, tx);
  });
  engine.boards.watch(orgId, task.specId);
  engine.wake();
}

/** Cancels a task, stops its agents and blocks what waits for it. Errors: TASK_NOT_FOUND, TASK_OVER. */
export async function cancelTask(engine: EngineContext, decision: TaskDecision): Promise<void> {
  const { orgId, taskId, by } = decision;
  const task = await requireTask(engine.store.scope(orgId), taskId);
  const following = await engine.boards.change(orgId, task.specId, async (board, tx) => {
    const status = board.dag.status(taskId);
    if (isOver(status)) {
      throw new UserError("conflict", "TASK_OVER", `task ${taskId} is ${status} already`);
    }
    const followed = board.dag.set(taskId, "cancelled");
    board.updateTask(tx, taskId, { status: "cancelled", endedAt: tx.now });
    tx.emit({
      ...board.facts(taskId),
      type: "task.cancelled",
      summary: `${taskId} cancelled by ${by}`,
      data: { by },
    });
    board.persist(tx, [taskId], followed);
    return settleSpec(board, tx);
  });
  engine.interrupts.interrupt(taskInterrupt(task));
  await Promise.all(
    engine.live.ofTask(taskId, task.specId).map((run) => stopRun(run, { kind: "person", by })),
  );
  await startFollowing(engine, following);
  engine.wake();
}
