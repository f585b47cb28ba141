import type { EngineContext, TaskInput } from "../context.ts";
import { requestMerge } from "../merging/request-merge.ts";
import { startFollowing } from "../merging/settle-spec.ts";
import { currentTask } from "./current-task.ts";

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
    const task = currentTask(board, input);
    if (task === undefined) return undefined;
    const followed = board.dag.set(task.id, "pending");
    board.updateTask(tx, task.id, { attempt: task.attempt - 1, mergeDetail: message });
    board.persist(tx, [], [{ id: task.id, status: "pending" }, ...followed]);
    return requestMerge(board, tx);
  });
  await startFollowing(engine, merge);
  engine.wake();
}
