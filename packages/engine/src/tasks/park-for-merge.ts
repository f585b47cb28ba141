import { findTaskRow, updateTask } from "@aomori/store";
import { mergeWorkflowId } from "../context.ts";
import type { EngineContext, TaskInput } from "../context.ts";
import { requestMerge } from "../merging/request-merge.ts";

/**
 * A task whose dependencies collide waits until the merge queue has brought them together. The queue runs at
 * once; where it needs a resolution task, the waiting task gets a dependency on that one.
 */
export async function parkForMerge(
  engine: EngineContext,
  input: TaskInput,
  files: readonly string[],
): Promise<void> {
  const message = `its dependencies collide in ${files.slice(0, 5).join(", ")}; waiting for their merge`;
  const merge = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = await findTaskRow(tx, input.taskId);
    if (task === undefined || task.run !== input.run) return undefined;
    const followed = board.dag.set(input.taskId, "pending");
    await updateTask(tx, input.taskId, {
      status: "pending",
      attempt: task.attempt - 1,
      mergeDetail: message,
    });
    await board.persist(tx, [input.taskId], followed);
    return requestMerge(board, tx);
  });
  if (merge !== undefined) await engine.workflows.merge(mergeWorkflowId(merge), merge);
  engine.wake();
}
