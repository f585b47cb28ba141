import type { SpecSettingsResource } from "@aomori/contract";
import type { EngineContext, TaskInput } from "../context.ts";
import type { AgentRecorder } from "./agent-recorder.ts";
import { stopRun } from "./live-runs.ts";
import type { LiveRun } from "./live-runs.ts";

const longestLookMs = 5_000;

/** Stops a run that has passed its deadline or does nothing new; returns how to end the watch. */
export function watchRun(
  engine: EngineContext,
  input: TaskInput,
  run: LiveRun,
  recorder: AgentRecorder,
  settings: SpecSettingsResource,
): () => void {
  const startedAtMs = engine.clock.now();
  const look = (): void => {
    const nowMs = engine.clock.now();
    const idleMs = nowMs - recorder.lastStepAtMs;
    if (nowMs - startedAtMs >= settings.taskDeadlineMs) {
      clearInterval(timer);
      end(engine, run, { kind: "deadline", deadlineMs: settings.taskDeadlineMs });
    } else if (idleMs >= settings.stuckAfterMs && !run.paused) {
      clearInterval(timer);
      tellStuck(engine, input, run, idleMs);
      end(engine, run, { kind: "stuck", idleMs });
    }
  };
  const everyMs = Math.min(longestLookMs, settings.stuckAfterMs / 4, settings.taskDeadlineMs / 4);
  const timer = setInterval(look, Math.max(50, everyMs));
  timer.unref();
  return () => clearInterval(timer);
}

function end(
  engine: EngineContext,
  run: LiveRun,
  reason: NonNullable<LiveRun["stopReason"]>,
): void {
  stopRun(run, reason).catch((error: unknown) =>
    engine.log.error("an agent could not be stopped", { agent: run.agentId, error: String(error) }),
  );
}

function tellStuck(engine: EngineContext, input: TaskInput, run: LiveRun, idleMs: number): void {
  engine.boards
    .change(input.orgId, input.specId, async (board, tx) => {
      tx.emit({
        ...board.facts(run.taskId),
        agentId: run.agentId,
        type: "agent.stuck",
        summary: `${run.agentId} did nothing new for ${Math.round(idleMs / 1000)} s`,
        data: { idleMs },
      });
    })
    .catch((error: unknown) =>
      engine.log.warn("agent.stuck was not stored", { error: String(error) }),
    );
}
