import { planningPhases } from "@aomori/contract";
import type { Phase, PlanningPhase } from "@aomori/contract";
import { acceptArtifact, updateSpec } from "@aomori/store";
import type { OrgTransaction, SpecRow } from "@aomori/store";

/** The phase after `phase`; SYNC stays until the merged result has passed its gate. */
function phaseAfter(phase: PlanningPhase): Phase {
  return planningPhases[planningPhases.indexOf(phase) + 1] ?? "SYNC";
}

/** Accepts one version of an artefact and moves the spec on; the caller decides whether a segment starts. */
export async function acceptAndAdvance(
  tx: OrgTransaction,
  spec: SpecRow,
  accepted: {
    readonly phase: PlanningPhase;
    readonly version: number;
    readonly score: number | null;
  },
  by: string,
): Promise<void> {
  const { phase, version, score } = accepted;
  await acceptArtifact(tx, spec.id, phase, version);
  const to = phaseAfter(phase);
  updateSpec(tx, spec.id, {
    phase: to,
    status: "planning",
    failure: null,
    ...(spec.planRequest?.phase === phase ? { planRequest: null } : {}),
  });
  tx.emit({
    type: "phase.advanced",
    specId: spec.id,
    projectId: spec.projectId,
    summary: phase === "SYNC" ? "SYNC accepted" : `${phase} → ${to}`,
    data: { from: phase, to, score, by },
  });
}
