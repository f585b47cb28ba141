import { newId } from "@aomori/contract";
import type { AgentId, ExecutionModeName } from "@aomori/contract";
import { addSpecUsage, endAgent, insertAgent, listAgentRowsByRun, updateTask } from "@aomori/store";
import type { AgentRow, SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { AgentOutcome } from "../ports.ts";
import { AgentRecorder } from "./agent-recorder.ts";
import type { LiveRun, StopReason } from "./live-runs.ts";
import { handOver } from "./hand-over.ts";
import { deliverSteerings } from "./steering.ts";
import { watchRun } from "./watch-run.ts";
import type { TaskFailure } from "./task-failure.ts";

export interface AgentJob {
  readonly mode: ExecutionModeName;
  readonly round: number;
  readonly worktree: string;
  readonly system: string;
  readonly prompt: string;
  /** Called before a second agent takes over from one that a crash interrupted. */
  readonly restore: () => Promise<void>;
}

export type AgentEnd =
  | { readonly kind: "completed"; readonly agentId: AgentId; readonly finalText: string }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

/**
 * Runs one agent to its end. The run has a natural key, so that after a crash a finished agent is not run
 * again and an interrupted one is replaced by a new agent on a restored worktree.
 */
export async function runAgent(
  engine: EngineContext,
  input: TaskInput,
  current: { readonly task: TaskRow; readonly spec: SpecRow },
  job: AgentJob,
): Promise<AgentEnd> {
  const key = `${input.orgId}/${input.taskId}/${input.run}/${job.mode}/${job.round}`;
  const earlier = await listAgentRowsByRun(engine.store.scope(input.orgId), key);
  const finished = earlier.find((agent) => agent.status === "completed");
  if (finished !== undefined) {
    return { kind: "completed", agentId: finished.id, finalText: finalTextOf(finished) };
  }
  await closeInterrupted(engine, input, earlier);
  if (earlier.length > 0) await job.restore();
  const agentId = await announce(engine, input, current, {
    ...job,
    runKey: `${key}/${earlier.length}`,
    predecessor: earlier.at(-1)?.id,
  });
  return followAgent(engine, input, current, job, agentId);
}

function finalTextOf(agent: AgentRow): string {
  const { outcome } = agent;
  if (typeof outcome !== "object" || outcome === null || Array.isArray(outcome)) return "";
  const text = outcome["final_text"];
  return typeof text === "string" ? text : "";
}

async function closeInterrupted(
  engine: EngineContext,
  input: TaskInput,
  agents: readonly AgentRow[],
): Promise<void> {
  const open = agents.filter((agent) => agent.endedAt === null);
  if (open.length === 0) return;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    for (const agent of open) {
      const message = "the server stopped while this agent ran; another agent takes over";
      await endAgent(tx, agent.id, {
        status: "failed",
        failure: { code: "INTERRUPTED", message, at: tx.now },
      });
      tx.emit({
        ...board.facts(input.taskId),
        agentId: agent.id,
        type: "agent.failed",
        summary: message,
        data: { code: "INTERRUPTED", message },
      });
    }
  });
}

async function announce(
  engine: EngineContext,
  input: TaskInput,
  current: { readonly task: TaskRow; readonly spec: SpecRow },
  job: AgentJob & { readonly runKey: string; readonly predecessor: AgentId | undefined },
): Promise<AgentId> {
  const agentId = newId("agent", engine.random.bytes);
  const { spec, task } = current;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await insertAgent(tx, {
      id: agentId,
      specId: spec.id,
      taskId: task.id,
      driver: spec.agent,
      model: spec.model,
      executionMode: job.mode,
      attempt: task.attempt,
      runKey: job.runKey,
      worktree: job.worktree,
    });
    await updateTask(tx, task.id, { agentId });
    tx.emit({
      ...board.facts(task.id),
      agentId,
      type: "agent.started",
      summary: `${agentId} (${spec.agent}, ${job.mode}) on ${task.id}`,
      data: { driver: spec.agent, executionMode: job.mode, worktree: job.worktree },
    });
    if (job.predecessor !== undefined) {
      const agents = { from: job.predecessor, to: agentId };
      await handOver(engine, tx, board.facts(task.id), agents);
    }
  });
  return agentId;
}

/** Starts an agent that the store knows, records what it does and how it ended. */
export async function followAgent(
  engine: EngineContext,
  input: TaskInput,
  current: { readonly task: TaskRow; readonly spec: SpecRow },
  job: Omit<AgentJob, "restore">,
  agentId: AgentId,
): Promise<AgentEnd> {
  const { spec, task } = current;
  const board = await engine.boards.find(input.orgId, input.specId);
  const recorder = new AgentRecorder(engine, input, agentId, board.facts(task.id));
  const startedAtMs = engine.clock.now();
  const agent = engine.agents.start({
    agentId,
    driver: spec.agent,
    model: spec.model,
    keys: engine.keys.keysFor(spec.id),
    mode: job.mode,
    worktree: job.worktree,
    system: job.system,
    prompt: job.prompt,
    ownedFiles: task.ownedFiles,
    signal: engine.closing,
  });
  const run: LiveRun = {
    agentId,
    taskId: task.id,
    specId: spec.id,
    agent,
    stopReason: undefined,
    paused: false,
    deliver: () => deliverSteerings(engine, input, run),
  };
  engine.live.add(run);
  const stopWatching = watchRun(engine, input, run, recorder, spec.settings);
  try {
    run.deliver();
    for await (const step of agent.steps) await recorder.record(step);
    const outcome = await agent.result;
    await recorder.close();
    return await end(
      engine,
      input,
      run,
      outcome,
      engine.clock.now() - startedAtMs,
      recorder.stepCount,
    );
  } finally {
    stopWatching();
    engine.live.remove(agentId);
  }
}

async function end(
  engine: EngineContext,
  input: TaskInput,
  run: LiveRun,
  outcome: AgentOutcome,
  durationMs: number,
  steps: number,
): Promise<AgentEnd> {
  const { agentId } = run;
  const failure = failureOf(outcome, run.stopReason);
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await addSpecUsage(tx, input.specId, outcome.usage);
    const facts = { ...board.facts(input.taskId), agentId };
    if (failure === undefined) {
      const finalText = outcome.kind === "completed" ? outcome.finalText : "";
      await endAgent(tx, agentId, {
        status: "completed",
        usage: outcome.usage,
        outcome: { final_text: finalText },
      });
      const summary = `${agentId} finished ${input.taskId} in ${steps} steps`;
      tx.emit({ ...facts, type: "agent.completed", summary, data: { steps, durationMs } });
      return;
    }
    const { code, message } = failure;
    const stopped = outcome.kind === "stopped";
    await endAgent(tx, agentId, {
      status: stopped ? "stopped" : "failed",
      usage: outcome.usage,
      failure: { code, message, at: tx.now },
    });
    if (stopped) {
      const by = run.stopReason?.kind === "person" ? run.stopReason.by : "aomori";
      tx.emit({ ...facts, type: "agent.stopped", summary: message, data: { by } });
    } else {
      tx.emit({ ...facts, type: "agent.failed", summary: message, data: { code, message } });
    }
  });
  if (failure !== undefined) return { kind: "failed", failure };
  return {
    kind: "completed",
    agentId,
    finalText: outcome.kind === "completed" ? outcome.finalText : "",
  };
}

function failureOf(outcome: AgentOutcome, reason: StopReason | undefined): TaskFailure | undefined {
  switch (outcome.kind) {
    case "completed":
      return undefined;
    case "failed": {
      const { class: errorClass, code, message, retryAfterMs } = outcome.error;
      return { errorClass, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
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
