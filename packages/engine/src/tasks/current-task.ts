import type { SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { Board } from "./board.ts";

const live: readonly string[] = ["running", "validating"];

/** The task while `input` is still its run; `undefined` once it was cancelled, retried or has ended. */
export function currentTask(board: Board, input: TaskInput): TaskRow | undefined {
  if (!board.dag.has(input.taskId)) return undefined;
  const task = board.row(input.taskId);
  return task.run === input.run && live.includes(task.status) ? task : undefined;
}

export interface CurrentTask {
  readonly board: Board;
  readonly spec: SpecRow;
  readonly task: TaskRow;
  /** The rows of the tasks it builds on, by number. */
  readonly dependencies: readonly TaskRow[];
}

/** The task and what it builds on, as stored, while `input` is its run. */
export function lookAtTask(
  engine: EngineContext,
  input: TaskInput,
): Promise<CurrentTask | undefined> {
  return engine.boards.look(input.orgId, input.specId, (board) => {
    const task = currentTask(board, input);
    if (task === undefined) return undefined;
    return { board, spec: board.spec, task, dependencies: board.dependencyRows(task.id) };
  });
}
