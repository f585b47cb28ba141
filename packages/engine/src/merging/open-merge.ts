import { findSpecRow, listTaskRows, updateSpec } from "@aomori/store";
import type { OrgScope, SpecRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import { runGate } from "./gate.ts";

/** The spec while `input` is its newest merge run. */
export async function currentMerge(
  scope: OrgScope,
  input: MergeInput,
): Promise<SpecRow | undefined> {
  const spec = await findSpecRow(scope, input.specId);
  if (spec === undefined || spec.mergeRun !== input.run) return undefined;
  return spec.status === "running" || spec.status === "merging" ? spec : undefined;
}

export const tipOf = (spec: SpecRow): string => spec.integrationCommit ?? spec.baseCommit;

/** Learns once whether the gate was green to begin with. */
export async function openMerge(
  engine: EngineContext,
  input: MergeInput,
): Promise<{ readonly kind: "stop" | "open" }> {
  const scope = engine.store.scope(input.orgId);
  const spec = await currentMerge(scope, input);
  if (spec === undefined) return { kind: "stop" };
  const queued = (await listTaskRows(scope, spec.id)).some((task) => task.mergeState === "queued");
  if (spec.gate !== null || !queued) return { kind: "open" };
  const gate = await runGate(engine, input.orgId, spec, tipOf(spec));
  if (gate === null) return { kind: "open" };
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await updateSpec(tx, spec.id, { gate });
    board.spec = { ...board.spec, gate };
  });
  return { kind: "open" };
}
