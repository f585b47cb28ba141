import type { AgentId, AgentOutcome, TaskId, UsageResource } from "@aomori/contract";
import { errorBody, isCodedError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";
import { addSpecUsage, appendSteps, concludeAgent, dropSteerings, endAgent } from "@aomori/store";
import type { AgentEnd as StoredEnd, AgentRow, OrgTransaction, StepBatch } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import { errorClasses } from "../scheduling/retry-decision.ts";
import type { AgentRecorder } from "./agent-recorder.ts";
import type { Board } from "./board.ts";
import type { LiveRun, StopReason } from "./live-runs.ts";
import type { TaskFailure } from "./task-failure.ts";

export type AgentEnd =
  | { readonly kind: "completed"; readonly agentId: AgentId; readonly finalText: string }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

const interruptedCode = "INTERRUPTED";

/** How an agent's run ended, as the store tells; `undefined` for one that runs, or that the server's end interrupted. */
export function recordedEnd(agent: AgentRow): AgentEnd | undefined {
  if (agent.endedAt === null || agent.failure?.code === interruptedCode) return undefined;
  const outcome = isRecord(agent.outcome) ? agent.outcome : {};
  if (agent.status === "completed") {
    const text = outcome["final_text"];
    return {
      kind: "completed",
      agentId: agent.id,
      finalText: typeof text === "string" ? text : "",
    };
  }
  const { code = "INTERNAL", message = `agent ${agent.id} failed` } = agent.failure ?? {};
  const errorClass = errorClasses.find((known) => known === outcome["error_class"]) ?? "internal";
  const retryAfterMs = outcome["retry_after_ms"];
  return {
    kind: "failed",
    failure: {
      errorClass,
      code,
      message,
      ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
    },
  };
}

export interface EndedRun {
  readonly run: LiveRun;
  readonly outcome: AgentOutcome;
  readonly durationMs: number;
  readonly recorder: AgentRecorder;
  /** What it did last, not stored yet. */
  readonly last: StepBatch;
}

/** Records how a run ended, with its last steps and its usage; orders it has not taken are undeliverable from now on. */
export async function recordEnd(engine: EngineContext, ended: EndedRun): Promise<AgentEnd> {
  try {
    return await storeEnd(engine, ended);
  } catch (error) {
    // Whoever cannot store this end can perhaps store one without the steps; otherwise the work is done again.
    if (ended.last.steps.length === 0 || engine.closing.aborted) throw error;
    const last = { ...ended.last, steps: [] };
    return await storeEnd(engine, { ...ended, last, outcome: brokenOff(error) });
  }
}

async function storeEnd(engine: EngineContext, ended: EndedRun): Promise<AgentEnd> {
  const { run, outcome, recorder, last } = ended;
  const { agentId, taskId, specId } = run;
  const failure = failureOf(outcome, run.stopReason);
  await engine.boards.change(run.orgId, specId, async (board, tx) => {
    await recorder.tell(tx, last);
    // What the server's own end stopped is done again at its next start.
    if (failure !== undefined && engine.closing.aborted) {
      appendSteps(tx, agentId, last);
      await endInterrupted(board, tx, { id: agentId, taskId });
    } else if (failure === undefined) storeCompletion(board, tx, ended);
    else storeFailure(board, tx, ended, failure);
    if (engine.live.hasOrders(agentId)) await dropSteerings(tx, agentId);
    if (usesTokens(outcome.usage)) addSpecUsage(tx, specId, outcome.usage);
  });
  if (failure !== undefined) return { kind: "failed", failure };
  return { kind: "completed", agentId, finalText: finalTextOf(outcome) };
}

/** How a run ended that could not be followed to its end. */
export function brokenOff(error: unknown): AgentOutcome {
  const { code, message } = errorBody(error);
  return {
    kind: "failed",
    usage: { inputTokens: 0, outputTokens: 0, costMicrousd: null },
    error: {
      class: isCodedError(error) && !error.retryable ? "internal" : "temporary",
      code,
      message,
    },
  };
}

const usesTokens = ({ inputTokens, outputTokens, costMicrousd }: UsageResource): boolean =>
  inputTokens + outputTokens > 0 || costMicrousd !== null;

const finalTextOf = (outcome: AgentOutcome): string =>
  outcome.kind === "completed" ? outcome.finalText : "";

function storeCompletion(
  board: Board,
  tx: OrgTransaction,
  { run, outcome, durationMs, recorder, last }: EndedRun,
): void {
  const { agentId, taskId } = run;
  const steps = recorder.stepCount;
  const end = { final_text: finalTextOf(outcome) };
  concludeAgent(tx, agentId, { status: "completed", usage: outcome.usage, outcome: end }, last);
  tx.emit({
    ...board.facts(taskId),
    agentId,
    type: "agent.completed",
    summary: `${agentId} finished ${taskId} in ${steps} steps`,
    data: { steps, durationMs },
  });
}

function storeFailure(
  board: Board,
  tx: OrgTransaction,
  { run, outcome, last }: EndedRun,
  failure: TaskFailure,
): void {
  const { agentId } = run;
  const { errorClass, code, message, retryAfterMs } = failure;
  const stopped = outcome.kind === "stopped";
  const end: StoredEnd = {
    status: stopped ? "stopped" : "failed",
    usage: outcome.usage,
    failure: { code, message, at: tx.now },
    outcome: { error_class: errorClass, retry_after_ms: retryAfterMs ?? null },
  };
  concludeAgent(tx, agentId, end, last);
  const facts = { ...board.facts(run.taskId), agentId };
  if (stopped) {
    const by = run.stopReason?.kind === "person" ? run.stopReason.by : "aomori";
    tx.emit({ ...facts, type: "agent.stopped", summary: message, data: { by } });
  } else {
    tx.emit({ ...facts, type: "agent.failed", summary: message, data: { code, message } });
  }
}

/** Closes an agent that nobody runs any more because the server stopped; its work may be taken up by another. */
export async function endInterrupted(
  board: Board,
  tx: OrgTransaction,
  agent: { readonly id: AgentId; readonly taskId: TaskId },
): Promise<void> {
  const message = "the server stopped while this agent ran";
  const failure = { code: interruptedCode, message };
  const wasLive = await endAgent(tx, agent.id, {
    status: "failed",
    failure: { ...failure, at: tx.now },
  });
  if (!wasLive) return;
  await dropSteerings(tx, agent.id);
  tx.emit({
    ...board.facts(agent.taskId),
    agentId: agent.id,
    type: "agent.failed",
    summary: message,
    data: failure,
  });
}

function failureOf(outcome: AgentOutcome, reason: StopReason | undefined): TaskFailure | undefined {
  switch (outcome.kind) {
    case "completed":
      return undefined;
    case "failed": {
      const { class: errorClass, ...rest } = outcome.error;
      return { errorClass, ...rest };
    }
    case "stopped":
      return stopFailure(reason);
  }
}

function stopFailure(reason: StopReason | undefined): TaskFailure {
  switch (reason?.kind) {
    case "stuck":
      return {
        errorClass: "stuck",
        code: "AGENT_STUCK",
        message: `the agent did nothing new for ${Math.round(reason.idleMs / 1000)} s and was stopped`,
      };
    case "deadline":
      return {
        errorClass: "timeout",
        code: "TASK_DEADLINE",
        message: `the agent ran longer than ${Math.round(reason.deadlineMs / 1000)} s and was stopped`,
      };
    case "person":
    case undefined:
      return {
        errorClass: "cancelled",
        code: "AGENT_STOPPED",
        message: `the agent was stopped by ${reason?.by ?? "its driver"}`,
      };
  }
}
