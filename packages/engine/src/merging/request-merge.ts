import { updateSpec } from "@aomori/store";
import type { OrgTransaction } from "@aomori/store";
import type { MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";

/** Opens a new run of the spec's merge queue; an older run stops at its next step. */
export async function requestMerge(board: Board, tx: OrgTransaction): Promise<MergeInput> {
  const run = board.spec.mergeRun + 1;
  await updateSpec(tx, board.specId, { mergeRun: run });
  board.spec = { ...board.spec, mergeRun: run };
  return { orgId: board.orgId, specId: board.specId, run };
}
