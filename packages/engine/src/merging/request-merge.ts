import type { OrgTransaction } from "@aomori/store";
import type { MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";

/** Opens a new run of the spec's merge queue and tells of it; an older run stops at its next step. */
export function requestMerge(board: Board, tx: OrgTransaction): MergeInput {
  const run = board.spec.mergeRun + 1;
  board.updateSpec(tx, { mergeRun: run });
  const branches = board.queuedCount;
  tx.emit({
    type: "merge.started",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: `${branches} ${branches === 1 ? "branch" : "branches"} to merge`,
    data: { branches, run },
  });
  return { orgId: board.orgId, specId: board.specId, run };
}
