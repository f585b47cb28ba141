import type { AgentHealthName, AgentStatusName } from "@aomori/contract";

export interface AgentSigns {
  readonly status: AgentStatusName;
  readonly startedAt: string;
  readonly lastHeartbeatAt: string | null;
  readonly lastStepAt: string | null;
}

const freshMs = 30_000;
const lateMs = 60_000;

/**
 * How an agent seems to be. A heartbeat comes every 15 s: younger than 30 s is healthy, than 60 s degraded, and with
 * none for longer nobody can tell. An agent whose heart beats but that has taken no step for `stuckAfterMs` is stuck,
 * unless it waits. Unknown once the run is over.
 */
export function deriveAgentHealth(
  agent: AgentSigns,
  { nowMs, stuckAfterMs }: { readonly nowMs: number; readonly stuckAfterMs: number },
): AgentHealthName {
  const { status, startedAt } = agent;
  if (status === "completed" || status === "failed" || status === "stopped") return "unknown";
  const silentMs = nowMs - Date.parse(agent.lastHeartbeatAt ?? startedAt);
  if (silentMs >= lateMs) return "unknown";
  const idleMs = nowMs - Date.parse(agent.lastStepAt ?? startedAt);
  if (status !== "idle" && idleMs >= stuckAfterMs) return "stuck";
  return silentMs < freshMs ? "healthy" : "degraded";
}
