import { updateTask } from "@aomori/store";
import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import { settleSpec, startFollowing } from "../merging/settle-spec.ts";
import type { Board } from "./board.ts";
import { currentTask } from "./current-task.ts";
import type { WorkSummary } from "./work.ts";

/** Completes the task, lets its dependents go and, when it was the last one, starts the convergence merge. */
export async function finishTask(
  engine: EngineContext,
  input: TaskInput,
  summary: WorkSummary,
): Promise<void> {
  const following = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = await currentTask(tx, input);
    if (task === undefined) return undefined;
    await complete(board, tx, task, summary);
    return settleSpec(board, tx);
  });
  await startFollowing(engine, following);
  engine.wake();
}

async function complete(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  summary: WorkSummary,
): Promise<void> {
  const followed = board.dag.set(task.id, "completed");
  await updateTask(tx, task.id, {
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
  await board.persist(tx, [task.id], followed);
}

function testText({ testsPassed, testsFailed }: WorkSummary): string {
  if (testsPassed === null) return "";
  const failed = testsFailed ?? 0;
  return `, ${testsPassed} tests pass${failed === 0 ? "" : `, ${failed} fail`}`;
}
