import type { TaskId } from "@aomori/contract";
import { insertEdges, insertTasks, reserveNumbers } from "@aomori/store";
import type { NewTask, OrgTransaction, SpecRow } from "@aomori/store";
import type { Board } from "./board.ts";

export type TaskDraft = Omit<NewTask, "id" | "specId" | "localId" | "status">;

/**
 * Adds a task to a spec whose tasks exist: row, edges, place on the board and events.
 * Errors: TASK_NOT_FOUND, DEPENDENCY_CYCLE and, for a task in `blocks` that has started, TASK_STARTED.
 */
export async function addTask(
  board: Board,
  tx: OrgTransaction,
  draft: TaskDraft,
  blocks: readonly TaskId[],
): Promise<TaskId> {
  const {
    tasks: [id],
  } = await reserveNumbers(tx, { tasks: 1 });
  if (id === undefined) throw new Error("the store reserved no task number");
  const changes = board.dag.add({ id, dependsOn: draft.dependsOn, blocks });
  const task: NewTask = { ...draft, id, specId: board.specId, localId: null };
  const [row] = await insertTasks(tx, [{ ...task, status: board.dag.status(id) }]);
  if (row === undefined) throw new Error(`the store did not give ${id} back`);
  const edges = blocks.map((to) => ({ from: id, to }));
  await insertEdges(tx, board.specId, edges);
  board.add(row);
  announceTask(tx, board.spec, task);
  // A task is pending until it is told otherwise.
  const told = changes.filter((change) => change.id !== id || change.status !== "pending");
  board.persist(tx, [id], told);
  return id;
}

export function announceTask(tx: OrgTransaction, spec: SpecRow, task: NewTask): void {
  tx.emit({
    specId: spec.id,
    projectId: spec.projectId,
    taskId: task.id,
    ticketId: task.ticketId,
    type: "task.created",
    summary: `${task.id}: ${task.title}`,
    data: { title: task.title, kind: task.kind, dependsOn: [...task.dependsOn] },
  });
}
