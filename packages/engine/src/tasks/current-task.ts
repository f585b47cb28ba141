import { findTaskRow } from "@aomori/store";
import type { OrgScope, TaskRow } from "@aomori/store";
import type { TaskInput } from "../context.ts";

const live: readonly string[] = ["running", "validating"];

/** The task while `input` is still its run; `undefined` once it was cancelled, retried or has ended. */
export async function currentTask(scope: OrgScope, input: TaskInput): Promise<TaskRow | undefined> {
  const task = await findTaskRow(scope, input.taskId);
  if (task === undefined || task.run !== input.run || !live.includes(task.status)) return undefined;
  return task;
}
