import type { EngineContext, MergeInput } from "../context.ts";
import { workspaceOf } from "../workspace-of.ts";
import { currentMerge, isOpen, tipOf } from "./current-merge.ts";
import { runGate } from "./gate.ts";

/**
 * Learns whether the gate was green before the first merge. A gate that is red with nothing left to merge is run
 * again: somebody may have mended what it depends on.
 */
export async function openMerge(
  engine: EngineContext,
  input: MergeInput,
  signal: AbortSignal,
): Promise<void> {
  const { spec, queued } = await engine.boards.look(input.orgId, input.specId, (board) => ({
    spec: currentMerge(board, input),
    queued: board.queuedCount,
  }));
  if (spec === undefined) return;
  const asks = queued > 0 ? spec.gate === null : spec.gate?.passed === false;
  if (!asks) return;
  const workspace = workspaceOf(input.orgId, spec);
  const gate = await runGate(engine, spec, workspace, tipOf(spec), signal);
  if (gate === null) return;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (isOpen(board.spec)) board.updateSpec(tx, { gate });
  });
}
