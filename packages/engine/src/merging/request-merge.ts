import { listTaskRows } from "@aomori/store";
import type { OrgTransaction } from "@aomori/store";
import type { MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";

/** Opens a new run of the spec's merge queue and tells of it; an older run stops at its next step. */
export async function requestMerge(board: Board, tx: OrgTransaction): Promise<MergeInput> {
  const run = board.spec.mergeRun + 1;
  await board.updateSpec(tx, { mergeRun: run });
  const tasks = await listTaskRows(tx, board.specId, { status: ["completed"] });
  const branches = tasks.filter((task) => task.mergeState === "queued").length;
  tx.emit({
    type: "merge.started",
    specId: board.specId,
    projectId: board.spec.projectId,
    summary: `${branches} ${branches === 1 ? "branch" : "branches"} to merge`,
    data: { branches, run },
  });
  return { orgId: board.orgId, specId: board.specId, run };
}
