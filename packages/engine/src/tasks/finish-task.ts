import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import { settleSpec, startFollowing } from "../merging/settle-spec.ts";
import type { Board } from "./board.ts";
import { currentTask } from "./current-task.ts";
import type { WorkOutcome, WorkSummary } from "./work.ts";

/** Stores what a run left, for the validator to judge. */
export async function keepOutcome(
  engine: EngineContext,
  input: TaskInput,
  outcome: WorkOutcome,
): Promise<void> {
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (currentTask(board, input) !== undefined) board.updateTask(tx, input.taskId, outcome);
  });
}

/** Completes the task, lets its dependents go and, when it was the last one, starts the convergence merge. */
export async function finishTask(
  engine: EngineContext,
  input: TaskInput,
  summary: WorkSummary,
  outcome: WorkOutcome = {},
): Promise<void> {
  const following = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = currentTask(board, input);
    if (task === undefined) return undefined;
    const { commitId = task.commitId } = outcome;
    complete(board, tx, { ...task, commitId }, summary, outcome);
    return settleSpec(board, tx);
  });
  await startFollowing(engine, following);
  engine.wake();
}

function complete(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  summary: WorkSummary,
  outcome: WorkOutcome,
): void {
  const followed = board.dag.set(task.id, "completed");
  board.updateTask(tx, task.id, {
    ...outcome,
    status: "completed",
    endedAt: tx.now,
    failure: null,
    mergeState: task.commitId === null ? "merged" : "queued",
  });
  const { filesChanged, testsPassed } = summary;
  tx.emit({
    ...board.facts(task.id),
    type: "task.completed",
    summary: `${task.id}: ${filesChanged} ${filesChanged === 1 ? "file" : "files"} changed${testText(summary)}`,
    data: {
      commit: task.commitId,
      filesChanged,
      durationMs: task.startedAt === null ? 0 : Math.max(0, tx.nowMs - Date.parse(task.startedAt)),
      testsPassed,
    },
  });
  board.persist(tx, [task.id], followed);
}

function testText({ testsPassed, testsFailed }: WorkSummary): string {
  if (testsPassed === null) return "";
  const failed = testsFailed ?? 0;
  return `, ${testsPassed} tests pass${failed === 0 ? "" : `, ${failed} fail`}`;
}
