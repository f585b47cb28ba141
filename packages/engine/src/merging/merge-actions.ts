import type { MergedIntoResource, OrgId, SpecId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import type { OrgTransaction, SpecRow } from "@aomori/store";
import type { UserBranchMove } from "../ports.ts";
import { requireSpec } from "../specs/require-spec.ts";
import { workspaceOf } from "../workspace-of.ts";
import type { Board } from "../tasks/board.ts";
import { isOpen } from "./current-merge.ts";
import { requestMerge } from "./request-merge.ts";
import { convergeSpec, resumeSpec, startFollowing } from "./settle-spec.ts";
import type { EngineContext } from "../context.ts";

/**
 * Runs the merge queue now on what is finished, also after it needed a person: what was blocked is tried again, and a red
 * gate is run again. Errors: SPEC_NOT_FOUND, SPEC_OVER.
 */
export async function mergeNow(engine: EngineContext, orgId: OrgId, specId: SpecId): Promise<void> {
  const merge = await engine.boards.change(orgId, specId, async (board, tx) => {
    const { status } = board.spec;
    const isFailed = status === "failed" && board.size > 0;
    if (!isOpen(board.spec) && !isFailed) {
      throw new UserError(
        "conflict",
        "SPEC_OVER",
        `spec ${specId} is ${status}; branches merge while its tasks run`,
      );
    }
    queueAgain(board, tx);
    if (isFailed && board.tasksWith("failed").length > 0) resumeSpec(board, tx);
    else if (isFailed) convergeSpec(board, tx);
    return requestMerge(board, tx);
  });
  engine.boards.watch(orgId, specId);
  await startFollowing(engine, merge);
}

/** Branches that nobody mends any more get another try: what they collided with may have changed. */
function queueAgain(board: Board, tx: OrgTransaction): void {
  const tasks = board.rows;
  const mended = new Set(
    tasks.flatMap((task) =>
      task.mendsTask === null || board.dag.status(task.id) === "cancelled" ? [] : [task.mendsTask],
    ),
  );
  const stranded = tasks.filter(
    ({ id, mergeState }) =>
      mergeState === "blocked" ||
      ((mergeState === "conflict" || mergeState === "reverted") && !mended.has(id)),
  );
  for (const { id } of stranded) board.updateTask(tx, id, { mergeState: "queued" });
}

export interface ExportRequest {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly branch: string;
  readonly by: string;
}

async function mergedCommit(
  engine: EngineContext,
  request: ExportRequest,
): Promise<{ spec: SpecRow; commit: string }> {
  const spec = await requireSpec(engine.store.scope(request.orgId), request.specId);
  if (spec.integrationCommit === null) {
    throw new UserError(
      "conflict",
      "NOTHING_MERGED",
      `nothing of ${spec.id} is merged yet; see "aomori dag merge-status ${spec.id}"`,
    );
  }
  return { spec, commit: spec.integrationCommit };
}

/** What moving the branch would do. Errors: those of the move. */
export async function planMergeInto(
  engine: EngineContext,
  request: ExportRequest,
): Promise<UserBranchMove> {
  const { spec, commit } = await mergedCommit(engine, request);
  return engine.workspaces.moveUserBranch(
    workspaceOf(request.orgId, spec),
    request.branch,
    commit,
    { dryRun: true },
  );
}

/** Moves a branch of the user's repository to the merged result: the one thing that writes there. Errors: NOTHING_MERGED, BRANCH_CHECKED_OUT, MERGE_CONFLICT. */
export async function mergeIntoUserBranch(
  engine: EngineContext,
  request: ExportRequest,
): Promise<MergedIntoResource> {
  const { orgId, branch, by } = request;
  const { spec, commit } = await mergedCommit(engine, request);
  const move = await engine.workspaces.moveUserBranch(workspaceOf(orgId, spec), branch, commit, {
    dryRun: false,
  });
  const at = await engine.store.transaction(orgId, async (tx) => {
    tx.emit({
      type: "merge.exported",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${branch} is at ${move.commit.slice(0, 10)}, says ${by}`,
      data: { branch, previousCommit: move.previousCommit, commit: move.commit, by },
    });
    return tx.now;
  });
  return { specId: spec.id, branch, ...move, at };
}
