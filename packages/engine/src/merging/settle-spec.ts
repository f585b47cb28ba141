import type { OrgTransaction } from "@aomori/store";
import { mergeWorkflowId } from "../context.ts";
import type { EngineContext, MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";
import { requestMerge } from "./request-merge.ts";

/**
 * Called in every transaction that may have ended a task: when nothing goes on by itself any more, the spec
 * either fails visibly or its branches converge. Returns the merge run to start once the transaction stands.
 */
export function settleSpec(board: Board, tx: OrgTransaction): MergeInput | undefined {
  if (board.spec.status !== "running" || !board.settled) return undefined;
  if (board.stopped.length > 0) {
    failStopped(board, tx);
    return undefined;
  }
  convergeSpec(board, tx);
  return requestMerge(board, tx);
}

/** Every task is done: what is left is to merge. */
export function convergeSpec(board: Board, tx: OrgTransaction): void {
  board.updateSpec(tx, { status: "merging", failure: null });
  tx.emit({
    type: "spec.merging",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: "every task is done; the branches converge",
    data: {},
  });
}

/** Some task needs a person, and none goes on by itself. */
export function failStopped(board: Board, tx: OrgTransaction): void {
  const [first] = board.stopped;
  const failure = first === undefined ? undefined : board.row(first).failure;
  const why = failure === null || failure === undefined ? "" : ` (${first}: ${failure.message})`;
  const message = `${board.stopped.join(", ")} did not complete${why}; run them again with "aomori task retry"`;
  failSpec(board, tx, { code: "TASKS_FAILED", message });
}

/** The spec waits for a person; a retried task sets it going again. */
export function failSpec(
  board: Board,
  tx: OrgTransaction,
  failure: { readonly code: string; readonly message: string },
): void {
  board.updateSpec(tx, { status: "failed", failure: { ...failure, at: tx.now } });
  tx.emit({
    type: "spec.failed",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: `waits for a person: ${failure.message}`,
    data: failure,
  });
}

/** The spec's tasks run (again). */
export function resumeSpec(board: Board, tx: OrgTransaction): void {
  if (board.spec.status === "running") return;
  board.updateSpec(tx, { status: "running", failure: null });
  tx.emit({
    type: "spec.running",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: `goes on with ${board.openTasks.length} open tasks`,
    data: { tasks: board.size },
  });
}

export async function startFollowing(
  engine: EngineContext,
  merge: MergeInput | undefined,
): Promise<void> {
  if (merge !== undefined) await engine.workflows.merge(mergeWorkflowId(merge), merge);
}
