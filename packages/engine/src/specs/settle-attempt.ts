import { artifactSchemas } from "@aomori/contract";
import type { ArtifactOf, PlanningPhase } from "@aomori/contract";
import {
  acceptedArtifacts,
  addSpecUsage,
  findAttempt,
  finishAttempt,
  insertArtifact,
  updateSpec,
} from "@aomori/store";
import type { OrgTransaction, SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import { evaluate, passes } from "../planning/evaluate.ts";
import type { Evaluation } from "../planning/evaluate.ts";
import { acceptAndAdvance } from "./accept.ts";
import { currentPlan } from "./current-plan.ts";
import type { AttemptAnswer } from "./attempt.ts";
import type { AttemptMove } from "./next-move.ts";

/** Answers in a row that a provider may refuse before a person is asked. */
const maxProviderErrors = 8;
const longestBackoffMs = 60_000;

export interface Pause {
  readonly afterMs: number;
}

const goOn: Pause = { afterMs: 0 };

/** Records what an attempt gave and decides what follows; a second call finds the attempt settled and does nothing. */
export function settleAttempt(
  engine: EngineContext,
  input: PlanInput,
  move: AttemptMove,
  answer: AttemptAnswer,
): Promise<Pause> {
  return engine.store.transaction(input.orgId, async (tx): Promise<Pause> => {
    const spec = await currentPlan(tx, input);
    const attempt = await findAttempt(tx, move.attemptId);
    if (attempt?.status !== "running") return goOn;
    addSpecUsage(tx, input.specId, answer.usage);
    if (spec === undefined || answer.kind === "superseded") {
      await finishAttempt(tx, move.attemptId, {
        status: "failed",
        error: "superseded by a person's decision",
        usage: answer.usage,
        durationMs: answer.durationMs,
      });
      return goOn;
    }
    switch (answer.kind) {
      case "object":
        return settleAnswer(tx, spec, move, answer);
      case "malformed":
        return settleMalformed(tx, spec, move, answer);
      case "error":
        return settleError(tx, spec, move, answer);
    }
  });
}

type Answered = Extract<AttemptAnswer, { kind: "object" }>;

/** An answer is from outside until it has been read with the phase's schema. */
function settleAnswer(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  answer: Answered,
): Promise<Pause> {
  const parsed = artifactSchemas[move.phase].safeParse(answer.value);
  if (parsed.success) return settleArtifact(tx, spec, move, answer, parsed.data);
  const [issue] = parsed.error.issues;
  const parseError = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`;
  return settleMalformed(tx, spec, move, { ...answer, kind: "malformed", parseError });
}

function settleMalformed(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  answer: Extract<AttemptAnswer, { kind: "malformed" }>,
): Promise<Pause> {
  const message = `The answer could not be read as the ${move.phase} artefact: ${answer.parseError}`;
  return settleRejection(tx, spec, move, { ...answer, feedback: [message], error: message });
}

async function settleArtifact(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  answer: Answered,
  artifact: ArtifactOf<PlanningPhase>,
): Promise<Pause> {
  const { phase } = move;
  const evaluation = evaluate<PlanningPhase>(phase, artifact, {
    accepted: await acceptedArtifacts(tx, spec.id),
  });
  const passed = passes(evaluation, spec.settings.threshold);
  const version = await insertArtifact(tx, {
    specId: spec.id,
    phase,
    status: passed ? "candidate" : "rejected",
    origin: phase === "SYNC" ? "computed" : "model",
    ...evaluation,
    content: answer.value,
    createdBy: move.attemptId,
  });
  updateSpec(tx, spec.id, { evaluatorScore: evaluation.score });
  emitEvaluated(tx, spec, move, evaluation, passed, version);
  if (!passed) {
    return settleRejection(tx, spec, move, {
      ...answer,
      feedback: evaluation.feedback,
      version,
      score: evaluation.score,
    });
  }
  await finishAttempt(tx, move.attemptId, {
    status: "accepted",
    output: answer.text,
    artifactVersion: version,
    score: evaluation.score,
    feedback: evaluation.feedback,
    usage: answer.usage,
    durationMs: answer.durationMs,
  });
  if (spec.gates.includes(phase)) {
    updateSpec(tx, spec.id, { status: "awaiting_approval", phase });
    tx.emit({
      type: "phase.awaiting_approval",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${phase} scored ${evaluation.score.toFixed(2)} and waits for approval`,
      data: { phase, artifactVersion: version },
    });
    return goOn;
  }
  await acceptAndAdvance(tx, spec, { phase, version, score: evaluation.score }, "evaluator");
  return goOn;
}

function emitEvaluated(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  evaluation: Evaluation,
  passed: boolean,
  version: number,
): void {
  const vetoes = evaluation.vetoes.map((veto) => veto.code);
  const verdict = passed
    ? "passed"
    : vetoes.length > 0
      ? `vetoed: ${vetoes.join(", ")}`
      : "rejected";
  tx.emit({
    type: "phase.evaluated",
    specId: spec.id,
    projectId: spec.projectId,
    summary: `${move.phase} scored ${evaluation.score.toFixed(2)} (${verdict})`,
    data: {
      phase: move.phase,
      attemptId: move.attemptId,
      attempt: move.number,
      score: evaluation.score,
      passed,
      vetoes,
      artifactVersion: version,
    },
  });
}

interface Rejection {
  readonly text: string;
  readonly feedback: readonly string[];
  readonly usage: AttemptAnswer["usage"];
  readonly durationMs: number;
  readonly version?: number;
  readonly score?: number;
  readonly error?: string;
}

async function settleRejection(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  rejection: Rejection,
): Promise<Pause> {
  await finishAttempt(tx, move.attemptId, {
    status: "rejected",
    output: rejection.text,
    ...(rejection.version === undefined ? {} : { artifactVersion: rejection.version }),
    ...(rejection.score === undefined ? {} : { score: rejection.score }),
    ...(rejection.error === undefined ? {} : { error: rejection.error }),
    feedback: rejection.feedback,
    usage: rejection.usage,
    durationMs: rejection.durationMs,
  });
  // What is computed comes out the same again.
  if (move.phase === "SYNC" || move.tries >= spec.settings.maxAttempts) {
    const times = move.tries === 1 ? "" : ` ${move.tries} times`;
    const score = rejection.score === undefined ? "" : ` (score ${rejection.score.toFixed(2)})`;
    return failPhase(tx, spec, move, {
      code: "PHASE_REJECTED",
      message: `${move.phase} was rejected${times}${score}: ${rejection.feedback.slice(0, 3).join("; ")}`,
    });
  }
  return retryLater(tx, spec, move, backoffMs(spec, move.tries), rejection.feedback);
}

function backoffMs(spec: SpecRow, tries: number): number {
  return Math.min(longestBackoffMs, spec.settings.attemptBackoffMs * 2 ** (tries - 1));
}

function retryLater(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  afterMs: number,
  feedback: readonly string[],
): Pause {
  tx.emit({
    type: "phase.retrying",
    specId: spec.id,
    projectId: spec.projectId,
    summary: `${move.phase} again in ${(afterMs / 1000).toFixed(1)} s: ${feedback[0] ?? "rejected"}`,
    data: {
      phase: move.phase,
      attemptId: move.attemptId,
      attempt: move.number,
      afterMs,
      feedback: [...feedback],
    },
  });
  return { afterMs };
}

async function settleError(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  answer: Extract<AttemptAnswer, { kind: "error" }>,
): Promise<Pause> {
  const { error } = answer;
  await finishAttempt(tx, move.attemptId, {
    status: "failed",
    error: error.message,
    usage: answer.usage,
    durationMs: answer.durationMs,
  });
  const errors = move.errors + 1;
  if (!error.retryable || errors >= maxProviderErrors) return failPhase(tx, spec, move, error);
  const afterMs = error.retry_after_ms ?? backoffMs(spec, errors);
  return retryLater(tx, spec, move, Math.min(afterMs, longestBackoffMs), [error.message]);
}

async function failPhase(
  tx: OrgTransaction,
  spec: SpecRow,
  move: AttemptMove,
  failure: { readonly code: string; readonly message: string },
): Promise<Pause> {
  const { code, message } = failure;
  updateSpec(tx, spec.id, {
    status: "failed",
    phase: move.phase,
    failure: { code, message, at: tx.now },
  });
  tx.emit({
    type: "phase.failed",
    specId: spec.id,
    projectId: spec.projectId,
    summary: `${move.phase} failed: ${message}`,
    data: { phase: move.phase, attemptId: move.attemptId, attempt: move.number, message },
  });
  tx.emit({
    type: "spec.failed",
    specId: spec.id,
    projectId: spec.projectId,
    summary: `waits for a person: ${message}`,
    data: { code, message },
  });
  return goOn;
}
