import { newId, planningPhases } from "@aomori/contract";
import type { ArtifactResource, AttemptId, PlanningPhase } from "@aomori/contract";
import { acceptedArtifacts, listAttemptRows, newestArtifact, startAttempt } from "@aomori/store";
import type { AttemptRow, OrgTransaction, SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import { planningPrompt } from "../planning/prompts.ts";
import { currentPlan } from "./current-plan.ts";

/** What a planning segment does next. */
export type PlanMove = { readonly kind: "stop" } | { readonly kind: "materialise" } | AttemptMove;

export interface AttemptMove {
  readonly kind: "attempt";
  readonly phase: PlanningPhase;
  readonly attemptId: AttemptId;
  readonly number: number;
  /** Answers of this segment to this phase, this one included. */
  readonly tries: number;
  /** Times in a row that the provider gave none before this. */
  readonly errors: number;
  readonly system: string;
  readonly prompt: string;
}

export function nextMove(engine: EngineContext, input: PlanInput): Promise<PlanMove> {
  return engine.store.transaction(input.orgId, async (tx): Promise<PlanMove> => {
    const spec = await currentPlan(tx, input);
    if (spec === undefined) return { kind: "stop" };
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
  const number = interrupted?.number ?? attempts.length + 1;
  const { system, prompt } = planningPrompt({
    phase,
    attempt: number,
    title: spec.title,
    description: spec.description,
    accepted,
    comments: spec.planRequest?.phase === phase ? spec.planRequest.comments : [],
    ...lastAnswer(attempts, await newestArtifact(tx, spec.id, phase)),
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
  const ofThisRun = attempts.filter((attempt) => attempt.planRun === spec.planRun);
  return { kind: "attempt", phase, attemptId, number, ...tally(ofThisRun), system, prompt };
}

/** What the next attempt is told of the one before; an answer that never came tells nothing. */
function lastAnswer(
  attempts: readonly AttemptRow[],
  newest: ArtifactResource | undefined,
): { feedback: readonly string[]; previousOutput: string | null } {
  const last = attempts.findLast(({ status }) => status === "accepted" || status === "rejected");
  // A person's version is newer than any answer.
  const output =
    newest?.origin === "edited" ? JSON.stringify(newest.content) : (last?.output ?? null);
  const feedback = new Set([...(last?.feedback ?? []), ...(newest?.feedback ?? [])]);
  return { feedback: [...feedback], previousOutput: output };
}

/** Rejected answers and answers that never came are counted apart: a busy provider costs no attempt. */
function tally(ofThisRun: readonly AttemptRow[]): Pick<AttemptMove, "tries" | "errors"> {
  const ended = ofThisRun.filter(({ status }) => status !== "running");
  const lastAnswered = ended.findLastIndex(({ status }) => status !== "failed");
  return {
    tries: ended.filter(({ status }) => status !== "failed").length + 1,
    errors: ended.length - 1 - lastAnswered,
  };
}
