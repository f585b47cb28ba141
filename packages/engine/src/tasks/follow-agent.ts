import type { AgentId, ExecutionModeName, OrgId } from "@aomori/contract";
import type { SpecRow, StepBatch, TaskRow } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import type { Prompt } from "../planning/prompts.ts";
import type { LiveAgent } from "../ports.ts";
import type { AgentOutcome } from "@aomori/contract";
import { brokenOff, recordEnd } from "./agent-end.ts";
import type { AgentEnd } from "./agent-end.ts";
import { AgentRecorder } from "./agent-recorder.ts";
import type { Board } from "./board.ts";
import { stopRun } from "./live-runs.ts";
import type { LiveRun } from "./live-runs.ts";
import { deliverSteerings } from "./steering.ts";
import { watchRun } from "./watch-run.ts";

export interface FollowedAgent extends Prompt {
  readonly orgId: OrgId;
  readonly agentId: AgentId;
  readonly spec: SpecRow;
  readonly task: TaskRow;
  readonly mode: ExecutionModeName;
  readonly worktree: string;
  /** Asked once the agent can be stopped: whoever decided otherwise before that could not reach it. */
  readonly isWanted: (board: Board) => boolean;
}

/** Starts an agent that the store knows, records what it does and how it ended. */
export async function followAgent(
  engine: EngineContext,
  followed: FollowedAgent,
): Promise<AgentEnd> {
  const { orgId, agentId, spec, task } = followed;
  const board = await engine.boards.find(orgId, spec.id);
  const recorder = new AgentRecorder(engine, {
    orgId,
    agentId,
    specId: spec.id,
    taskId: task.id,
    facts: board.facts(task.id),
  });
  const startedAtMs = engine.clock.now();
  const run: LiveRun = {
    orgId,
    agentId,
    taskId: task.id,
    specId: spec.id,
    agent: start(engine, followed),
    deliver: () => deliverSteerings(engine, run),
    deliveries: new Set(),
    stopReason: undefined,
    pausedAtMs: undefined,
    pausedMs: 0,
    resumedAtMs: startedAtMs,
  };
  engine.live.add(run);
  const stopWatching = watchRun(engine, run, recorder, spec.settings);
  try {
    if (!followed.isWanted(await engine.boards.find(orgId, spec.id))) {
      await stopRun(run, { kind: "person", by: "the end of its task" });
    }
    if (engine.live.hasOrders(agentId)) run.deliver();
    const observed = await observe(run.agent, recorder);
    await Promise.all(run.deliveries);
    const durationMs = engine.clock.now() - startedAtMs;
    return await recordEnd(engine, { ...observed, run, recorder, durationMs });
  } finally {
    stopWatching();
    engine.live.remove(agentId);
  }
}

/** A driver that cannot even start one is an agent that failed. */
function start(engine: EngineContext, followed: FollowedAgent): LiveAgent {
  const { agentId, spec, task, mode, worktree, system, prompt } = followed;
  try {
    return engine.agents.start({
      agentId,
      driver: spec.agent,
      model: spec.model,
      keys: engine.keys.keysFor(spec.id),
      mode,
      worktree,
      system,
      prompt,
      ownedFiles: task.ownedFiles,
      signal: engine.closing,
    });
  } catch (error) {
    return {
      steps: (async function* () {})(),
      result: Promise.resolve(brokenOff(error)),
      steer: () => Promise.resolve("undeliverable"),
      stop: () => Promise.resolve(),
    };
  }
}

async function observe(
  agent: LiveAgent,
  recorder: AgentRecorder,
): Promise<{ readonly outcome: AgentOutcome; readonly last: StepBatch }> {
  try {
    for await (const step of agent.steps) await recorder.record(step);
    const outcome = await agent.result;
    const last = await recorder.close();
    recorder.throwFailure();
    return { outcome, last };
  } catch (error) {
    // What cannot be recorded must not go on unseen.
    await agent.stop();
    return { outcome: brokenOff(error), last: await recorder.close() };
  }
}
