import type { SpecSettingsResource } from "@aomori/contract";
import type { EngineContext } from "../context.ts";
import type { AgentRecorder } from "./agent-recorder.ts";
import { stopRun } from "./live-runs.ts";
import type { LiveRun, StopReason } from "./live-runs.ts";

const longestLookMs = 5_000;
const shortestLookMs = 50;

/** Stops a run that has passed its deadline or does nothing new; returns how to end the watch. Time in a pause does not count. */
export function watchRun(
  engine: EngineContext,
  run: LiveRun,
  recorder: AgentRecorder,
  settings: SpecSettingsResource,
): () => void {
  const { taskDeadlineMs, stuckAfterMs } = settings;
  const startedAtMs = engine.clock.now();
  const look = (): void => {
    if (run.pausedAtMs !== undefined) return;
    const nowMs = engine.clock.now();
    const idleMs = nowMs - Math.max(recorder.lastStepAtMs, run.resumedAtMs);
    if (nowMs - startedAtMs - run.pausedMs >= taskDeadlineMs) {
      clearInterval(timer);
      end(engine, run, { kind: "deadline", deadlineMs: taskDeadlineMs });
    } else if (idleMs >= stuckAfterMs) {
      clearInterval(timer);
      end(engine, run, { kind: "stuck", idleMs });
    }
  };
  const everyMs = Math.min(longestLookMs, stuckAfterMs / 4, taskDeadlineMs / 4);
  const timer = setInterval(look, Math.max(shortestLookMs, everyMs));
  timer.unref();
  return () => clearInterval(timer);
}

/** Nobody waits for this one: what goes wrong is told to the log, and the run goes on being recorded. */
function end(engine: EngineContext, run: LiveRun, reason: StopReason): void {
  const told = reason.kind === "stuck" ? tellStuck(engine, run, reason.idleMs) : Promise.resolve();
  told
    .catch((error: unknown) =>
      engine.log.warn("agent.stuck was not stored", { error: String(error) }),
    )
    .then(() => stopRun(run, reason))
    .catch((error: unknown) =>
      engine.log.error("an agent could not be stopped", {
        agent: run.agentId,
        error: String(error),
      }),
    );
}

function tellStuck(engine: EngineContext, run: LiveRun, idleMs: number): Promise<void> {
  return engine.boards.change(run.orgId, run.specId, async (board, tx) => {
    tx.emit({
      ...board.facts(run.taskId),
      agentId: run.agentId,
      type: "agent.stuck",
      summary: `${run.agentId} did nothing new for ${Math.round(idleMs / 1000)} s`,
      data: { idleMs },
    });
  });
}
