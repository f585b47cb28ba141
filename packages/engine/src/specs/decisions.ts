import { artifactSchemas, planningPhases } from "@aomori/contract";
import type {
  ArtifactResource,
  OrgId,
  PlanningPhase,
  ProviderKeysResource,
  SpecId,
} from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import {
  acceptedArtifacts,
  hasTasks,
  insertArtifact,
  markStaleFrom,
  newestArtifact,
  setArtifactStatus,
  updateSpec,
} from "@aomori/store";
import type { OrgTransaction, SpecRow } from "@aomori/store";
import { planWorkflowId } from "../context.ts";
import type { EngineContext } from "../context.ts";
import { evaluate, passes } from "../planning/evaluate.ts";
import type { Evaluation } from "../planning/evaluation.ts";
import { acceptAndAdvance } from "./accept.ts";
import { planInterrupt } from "./current-plan.ts";
import { requireSpec } from "./require-spec.ts";

/** A person's decision about a spec. */
export interface Decision {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly by: string;
  readonly comment?: string | undefined;
  readonly keys?: ProviderKeysResource | undefined;
}

const planningStatuses = ["planning", "awaiting_approval", "failed"];

function requirePlanning(spec: SpecRow, planInUse: boolean): void {
  if (planningStatuses.includes(spec.status) && !planInUse) return;
  const code =
    planInUse || spec.status === "running" || spec.status === "merging"
      ? "PLAN_IN_USE"
      : "SPEC_OVER";
  const why = code === "PLAN_IN_USE" ? "its tasks already exist" : `it is ${spec.status}`;
  throw new UserError("conflict", code, `the plan of ${spec.id} cannot change any more: ${why}`);
}

/** Runs a decision in one transaction, ends the planning it overtakes and starts the segment that acts on it. */
async function decide(
  engine: EngineContext,
  decision: Decision,
  body: (tx: OrgTransaction, spec: SpecRow) => Promise<{ readonly goOn: boolean }>,
): Promise<void> {
  const { orgId, specId, keys } = decision;
  const started = await engine.store.transaction(orgId, async (tx) => {
    const spec = await requireSpec(tx, specId, { lock: true });
    // Once the plan has become tasks, a spec is changed through them.
    requirePlanning(spec, await hasTasks(tx, spec.id));
    const { goOn } = await body(tx, spec);
    const run = spec.planRun + 1;
    updateSpec(tx, spec.id, { planRun: run });
    return goOn ? { orgId, specId, run } : undefined;
  });
  if (keys !== undefined) engine.keys.remember(specId, keys);
  engine.interrupts.interrupt(planInterrupt(decision));
  if (started !== undefined) await engine.workflows.plan(planWorkflowId(started), started);
}

const personally = (decision: Decision): { by: string; comment: string | null } => ({
  by: decision.by,
  comment: decision.comment ?? null,
});

async function currentCandidate(
  tx: OrgTransaction,
  spec: SpecRow,
): Promise<{ phase: PlanningPhase; artifact: ArtifactResource | undefined }> {
  const accepted = await acceptedArtifacts(tx, spec.id);
  const phase = planningPhases.find((candidate) => accepted[candidate] === undefined) ?? "SYNC";
  return { phase, artifact: await newestArtifact(tx, spec.id, phase) };
}

/** Accepts the current artefact below the threshold or at a gate. Errors: ARTIFACT_VETOED, NOTHING_TO_ADVANCE. */
export function advanceSpec(engine: EngineContext, decision: Decision): Promise<void> {
  return decide(engine, decision, async (tx, spec) => {
    const { phase, artifact } = await currentCandidate(tx, spec);
    if (artifact === undefined || artifact.status === "stale") {
      throw new UserError(
        "conflict",
        "NOTHING_TO_ADVANCE",
        `${phase} of ${spec.id} has no artefact yet; make one with "aomori spec retry ${spec.id}"`,
      );
    }
    const score = await unvetoedScore(tx, spec, phase, artifact);
    await acceptAndAdvance(tx, spec, { phase, version: artifact.version, score }, decision.by);
    return { goOn: true };
  });
}

/** The artefact's score beside what is accepted now, which may have changed since it was made. Errors: ARTIFACT_VETOED. */
async function unvetoedScore(
  tx: OrgTransaction,
  spec: SpecRow,
  phase: PlanningPhase,
  artifact: ArtifactResource,
): Promise<number> {
  const { score, vetoes } = await evaluateContent(tx, spec, phase, artifact.content);
  const [veto] = vetoes;
  if (veto === undefined) return score;
  throw new UserError(
    "conflict",
    "ARTIFACT_VETOED",
    `${phase} cannot be accepted while a veto stands: ${veto.message}`,
    { details: { vetoes } },
  );
}

/** Passes a gate. Errors: NOTHING_TO_APPROVE, ARTIFACT_VETOED. */
export function approveSpec(engine: EngineContext, decision: Decision): Promise<void> {
  return decide(engine, decision, async (tx, spec) => {
    const { phase, artifact } = await waiting(tx, spec);
    const score = await unvetoedScore(tx, spec, phase, artifact);
    tx.emit({
      type: "phase.approved",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${phase} approved by ${decision.by}`,
      data: { phase, ...personally(decision) },
    });
    await acceptAndAdvance(tx, spec, { phase, version: artifact.version, score }, decision.by);
    return { goOn: true };
  });
}

async function waiting(
  tx: OrgTransaction,
  spec: SpecRow,
): Promise<{ phase: PlanningPhase; artifact: ArtifactResource }> {
  const { phase, artifact } = await currentCandidate(tx, spec);
  if (
    spec.status !== "awaiting_approval" ||
    artifact === undefined ||
    artifact.status !== "candidate"
  ) {
    throw new UserError(
      "conflict",
      "NOTHING_TO_APPROVE",
      `${spec.id} does not wait for approval: it is ${spec.status} in ${spec.phase}`,
    );
  }
  return { phase, artifact };
}

/** Sends a waiting artefact back; the comment feeds the next attempt. Errors: NOTHING_TO_APPROVE. */
export function rejectSpec(
  engine: EngineContext,
  decision: Decision & { readonly comment: string },
): Promise<void> {
  return decide(engine, decision, async (tx, spec) => {
    const { phase, artifact } = await waiting(tx, spec);
    await setArtifactStatus(tx, spec.id, phase, artifact.version, "rejected");
    await requestAttempt(tx, spec, phase, decision.comment);
    tx.emit({
      type: "phase.rejected",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${phase} rejected by ${decision.by}: ${decision.comment}`,
      data: { phase, ...personally(decision) },
    });
    return { goOn: true };
  });
}

async function requestAttempt(
  tx: OrgTransaction,
  spec: SpecRow,
  phase: PlanningPhase,
  comment: string | undefined,
): Promise<void> {
  const before = spec.planRequest?.phase === phase ? spec.planRequest.comments : [];
  const comments = comment === undefined ? before : [...before, comment];
  updateSpec(tx, spec.id, {
    status: "planning",
    phase,
    failure: null,
    planRequest: { phase, comments },
  });
}

function requireReached(spec: SpecRow, phase: PlanningPhase, current: PlanningPhase): void {
  if (planningPhases.indexOf(phase) <= planningPhases.indexOf(current)) return;
  throw new UserError(
    "conflict",
    "PHASE_NOT_REACHED",
    `${spec.id} is in ${current} and has not reached ${phase}`,
  );
}

/** Evaluates an edited artefact again and accepts it when it passes, or else makes a new attempt. Errors: PHASE_NOT_REACHED. */
export function retryPhase(
  engine: EngineContext,
  decision: Decision & { readonly phase?: PlanningPhase | undefined },
): Promise<void> {
  return decide(engine, decision, async (tx, spec) => {
    const current = await currentCandidate(tx, spec);
    const phase = decision.phase ?? current.phase;
    requireReached(spec, phase, current.phase);
    const edited = await newestArtifact(tx, spec.id, phase);
    if (phase === current.phase && edited?.origin === "edited" && edited.status !== "stale") {
      const evaluation = await evaluateContent(tx, spec, phase, edited.content);
      if (passes(evaluation, spec.settings.threshold)) {
        await acceptAndAdvance(
          tx,
          spec,
          { phase, version: edited.version, score: evaluation.score },
          decision.by,
        );
        return { goOn: true };
      }
    }
    await makeStale(tx, spec, phase);
    await requestAttempt(tx, spec, phase, decision.comment);
    return { goOn: true };
  });
}

async function evaluateContent(
  tx: OrgTransaction,
  spec: SpecRow,
  phase: PlanningPhase,
  content: unknown,
) {
  const parsed = artifactSchemas[phase].safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new UserError(
      "validation",
      "ARTIFACT_INVALID",
      `the ${phase} artefact cannot be read at ${where === "" ? "its top" : where}: ${issue?.message ?? "invalid"}`,
      {
        details: { issues: parsed.error.issues },
      },
    );
  }
  return evaluate(phase, parsed.data, { accepted: await acceptedArtifacts(tx, spec.id) });
}

/** Everything from `phase` on loses its acceptance. */
async function makeStale(tx: OrgTransaction, spec: SpecRow, phase: PlanningPhase): Promise<void> {
  for (const stale of await markStaleFrom(tx, spec.id, phase)) {
    if (stale === phase) continue;
    tx.emit({
      type: "phase.stale",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${stale} is stale because ${phase} changed`,
      data: { phase: stale, because: phase },
    });
  }
}

export interface ArtifactEdit extends Decision {
  readonly phase: PlanningPhase;
  readonly content: unknown;
}

/** An edit's evaluation, `REQUIREMENTS scores 0.91, vetoed: …`. Errors: ARTIFACT_INVALID, PHASE_NOT_REACHED. */
async function evaluateEdit(
  tx: OrgTransaction,
  spec: SpecRow,
  { phase, content }: ArtifactEdit,
): Promise<{ readonly evaluation: Evaluation; readonly verdict: string }> {
  if (phase === "SYNC") {
    throw new UserError(
      "validation",
      "ARTIFACT_INVALID",
      "SYNC is computed from REQUIREMENTS, DESIGN and TASKS; edit one of these",
    );
  }
  const current = await currentCandidate(tx, spec);
  requireReached(spec, phase, current.phase);
  const evaluation = await evaluateContent(tx, spec, phase, content);
  const vetoes = evaluation.vetoes.map(({ message }) => message).join("; ");
  const verdict = `scored ${evaluation.score.toFixed(2)}${vetoes === "" ? "" : `, vetoed: ${vetoes}`}`;
  return { evaluation, verdict };
}

/** How an edit would be judged; stores nothing. Errors: those of `editArtifact`. */
export function judgeEdit(engine: EngineContext, edit: ArtifactEdit): Promise<string> {
  return engine.store.transaction(edit.orgId, async (tx) => {
    const spec = await requireSpec(tx, edit.specId);
    requirePlanning(spec, await hasTasks(tx, spec.id));
    return (await evaluateEdit(tx, spec, edit)).verdict;
  });
}

/** Stores a person's version of an artefact with its evaluation; it counts once accepted by retry, advance or approve. */
export async function editArtifact(engine: EngineContext, edit: ArtifactEdit): Promise<number> {
  let version = 0;
  const { phase } = edit;
  await decide(engine, edit, async (tx, spec) => {
    const { evaluation, verdict } = await evaluateEdit(tx, spec, edit);
    await makeStale(tx, spec, phase);
    version = await insertArtifact(tx, {
      specId: spec.id,
      phase,
      status: "candidate",
      origin: "edited",
      ...evaluation,
      content: edit.content,
      createdBy: edit.by,
    });
    updateSpec(tx, spec.id, {
      status: "awaiting_approval",
      phase,
      failure: null,
      evaluatorScore: evaluation.score,
    });
    tx.emit({
      type: "phase.edited",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${phase} edited by ${edit.by}, ${verdict}`,
      data: { phase, ...personally(edit), artifactVersion: version },
    });
    return { goOn: false };
  });
  return version;
}
