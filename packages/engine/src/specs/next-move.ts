import { newId, planningPhases } from "@aomori/contract";
import type { AttemptId, PlanningPhase } from "@aomori/contract";
import {
  acceptedArtifacts,
  findSpecRow,
  listAttemptRows,
  newestArtifact,
  startAttempt,
} from "@aomori/store";
import type { OrgTransaction, SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import { planningPrompt } from "../planning/prompts.ts";

/** What a planning segment does next. */
export type PlanMove = { readonly kind: "stop" } | { readonly kind: "materialise" } | AttemptMove;

export interface AttemptMove {
  readonly kind: "attempt";
  readonly phase: PlanningPhase;
  readonly attemptId: AttemptId;
  readonly number: number;
  /** Attempts of this segment at this phase, this one included. */
  readonly tries: number;
  readonly system: string;
  readonly prompt: string;
}

export function nextMove(engine: EngineContext, input: PlanInput): Promise<PlanMove> {
  return engine.store.transaction(input.orgId, async (tx): Promise<PlanMove> => {
    const spec = await findSpecRow(tx, input.specId);
    if (spec === undefined || spec.planRun !== input.run || spec.status !== "planning") {
      return { kind: "stop" };
    }
    const accepted = await acceptedArtifacts(tx, spec.id);
    const phase = planningPhases.find((candidate) => accepted[candidate] === undefined);
    if (phase === undefined) return { kind: "materialise" };
    return beginAttempt(engine, tx, spec, phase, accepted);
  });
}

async function beginAttempt(
  engine: EngineContext,
  tx: OrgTransaction,
  spec: SpecRow,
  phase: PlanningPhase,
  accepted: Awaited<ReturnType<typeof acceptedArtifacts>>,
): Promise<AttemptMove> {
  const attempts = await listAttemptRows(tx, spec.id, phase);
  const interrupted = attempts.find(
    (attempt) => attempt.status === "running" && attempt.planRun === spec.planRun,
  );
  const ofThisRun = attempts.filter((attempt) => attempt.planRun === spec.planRun).length;
  const number = interrupted?.number ?? attempts.length + 1;
  const previous = attempts.findLast((attempt) => attempt.status !== "running");
  const newest = await newestArtifact(tx, spec.id, phase);
  const comments = spec.planRequest?.phase === phase ? spec.planRequest.comments : [];
  const { system, prompt } = planningPrompt({
    phase,
    attempt: number,
    title: spec.title,
    description: spec.description,
    accepted,
    feedback: [...(previous?.feedback ?? []), ...(newest?.feedback ?? [])].filter(
      (line, index, lines) => lines.indexOf(line) === index,
    ),
    comments,
    previousOutput: previous?.output ?? null,
  });
  const attemptId = interrupted?.id ?? newId("att", engine.random.bytes);
  if (interrupted === undefined) {
    await startAttempt(tx, {
      id: attemptId,
      specId: spec.id,
      phase,
      number,
      planRun: spec.planRun,
      prompt: `${system}\n\n${prompt}`,
    });
    tx.emit({
      type: "phase.started",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${phase} attempt ${number}`,
      data: { phase, attemptId, attempt: number },
    });
  }
  const tries = interrupted === undefined ? ofThisRun + 1 : ofThisRun;
  return { kind: "attempt", phase, attemptId, number, tries, system, prompt };
}
