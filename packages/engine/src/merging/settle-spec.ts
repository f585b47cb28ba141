import { updateSpec } from "@aomori/store";
import type { OrgTransaction } from "@aomori/store";
import { mergeWorkflowId } from "../context.ts";
import type { EngineContext, MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";
import { requestMerge } from "./request-merge.ts";

/**
 * Called in every transaction that may have ended a task: when nothing goes on by itself any more, the spec
 * either fails visibly or its branches converge. Returns the merge run to start once the transaction stands.
 */
export async function settleSpec(
  board: Board,
  tx: OrgTransaction,
): Promise<MergeInput | undefined> {
  if (board.spec.status !== "running" || !board.settled) return undefined;
  const stopped = [...board.tasksWith("failed"), ...board.tasksWith("blocked")];
  if (stopped.length > 0) {
    const message = `${stopped.join(", ")} did not complete; run them again with "aomori task retry"`;
    await failSpec(board, tx, { code: "TASKS_FAILED", message });
    return undefined;
  }
  await updateSpec(tx, board.specId, { status: "merging" });
  board.spec = { ...board.spec, status: "merging" };
  tx.emit({
    type: "spec.merging",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: "every task is done; the branches converge",
    data: {},
  });
  return requestMerge(board, tx);
}

/** The spec waits for a person; a retried task sets it going again. */
export async function failSpec(
  board: Board,
  tx: OrgTransaction,
  failure: { readonly code: string; readonly message: string },
): Promise<void> {
  const stored = { ...failure, at: tx.now };
  await updateSpec(tx, board.specId, { status: "failed", failure: stored });
  board.spec = { ...board.spec, status: "failed", failure: stored };
  tx.emit({
    type: "spec.failed",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: `waits for a person: ${failure.message}`,
    data: failure,
  });
}

/** The spec's tasks run (again). */
export async function resumeSpec(board: Board, tx: OrgTransaction): Promise<void> {
  if (board.spec.status === "running") return;
  await updateSpec(tx, board.specId, { status: "running", failure: null });
  board.spec = { ...board.spec, status: "running", failure: null };
}

export async function startFollowing(
  engine: EngineContext,
  merge: MergeInput | undefined,
): Promise<void> {
  if (merge !== undefined) await engine.workflows.merge(mergeWorkflowId(merge), merge);
}
