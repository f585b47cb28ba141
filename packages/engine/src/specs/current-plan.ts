import { findSpecRow } from "@aomori/store";
import type { OrgScope, OrgTransaction, SpecRow } from "@aomori/store";
import type { PlanInput } from "../context.ts";

const isCurrent = (spec: SpecRow | undefined, input: PlanInput): spec is SpecRow =>
  spec !== undefined && spec.planRun === input.run && spec.status === "planning";

/** The spec while `input` is its newest segment and it is being planned; locked, so that no decision comes in between. */
export async function currentPlan(
  tx: OrgTransaction,
  input: PlanInput,
): Promise<SpecRow | undefined> {
  const spec = await findSpecRow(tx, input.specId, { lock: true });
  return isCurrent(spec, input) ? spec : undefined;
}

/** The same for a look without a transaction. */
export async function seenPlan(scope: OrgScope, input: PlanInput): Promise<SpecRow | undefined> {
  const spec = await findSpecRow(scope, input.specId);
  return isCurrent(spec, input) ? spec : undefined;
}

/** Interrupting it ends a model's answer nobody waits for any more. */
export const planInterrupt = (spec: Pick<PlanInput, "specId">): string => `${spec.specId}/plan`;
