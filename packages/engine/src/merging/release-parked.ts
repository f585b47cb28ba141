import type { TaskId } from "@aomori/contract";
import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { Board } from "../tasks/board.ts";

const blockedCode = "MERGE_BLOCKED";

/**
 * Tasks whose dependencies are done but collide waited for this merge: where it brought them together they may start;
 * where one of them needs a person, so do they.
 */
export function releaseParked(board: Board, tx: OrgTransaction): void {
  for (const task of board.rows.filter((row) => isParked(board, row))) {
    const outside = board.dag
      .dependencies(task.id)
      .find((on) => board.row(on).mergeState !== "merged");
    if (outside === undefined) {
      board.updateTask(tx, task.id, { failure: null, mergeDetail: null });
      board.persist(tx, [], board.dag.reopen(task.id));
    } else if (board.dag.status(task.id) === "pending") hold(board, tx, task.id, outside);
  }
}

/** Every dependency is done, and yet it is not ready: it waits for a merge. */
function isParked(board: Board, task: TaskRow): boolean {
  const status = board.dag.status(task.id);
  if (status !== "pending" && !(status === "blocked" && task.failure?.code === blockedCode)) {
    return false;
  }
  return board.dag.dependencies(task.id).every((on) => board.dag.status(on) === "completed");
}

function hold(board: Board, tx: OrgTransaction, id: TaskId, outside: TaskId): void {
  const message = `it builds on ${outside}, whose branch needs a person`;
  const followed = board.dag.set(id, "blocked");
  board.updateTask(tx, id, {
    status: "blocked",
    failure: { code: blockedCode, message, at: tx.now },
  });
  tx.emit({
    ...board.facts(id),
    type: "task.blocked",
    summary: `${id} is blocked: ${message}`,
    data: { code: blockedCode, message, blockedBy: outside },
  });
  board.persist(tx, [id], followed);
}
