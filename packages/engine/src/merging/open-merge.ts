import { listTaskRows } from "@aomori/store";
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
  const scope = engine.store.scope(input.orgId);
  const spec = await currentMerge(scope, input);
  if (spec === undefined) return;
  const queued = (await listTaskRows(scope, spec.id)).some((task) => task.mergeState === "queued");
  const asks = queued ? spec.gate === null : spec.gate?.passed === false;
  if (!asks) return;
  const workspace = workspaceOf(input.orgId, spec);
  const gate = await runGate(engine, spec, workspace, tipOf(spec), signal);
  if (gate === null) return;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (isOpen(board.spec)) await board.updateSpec(tx, { gate });
  });
}
