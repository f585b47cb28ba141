import type { AgentId, SpecId, TaskId } from "@aomori/contract";
import type { LiveAgent } from "../ports.ts";

/** Why the engine or a person ended a run that would have gone on. */
export type StopReason =
  | { readonly kind: "person"; readonly by: string }
  | { readonly kind: "stuck"; readonly idleMs: number }
  | { readonly kind: "deadline"; readonly deadlineMs: number };

export interface LiveRun {
  readonly agentId: AgentId;
  readonly taskId: TaskId;
  readonly specId: SpecId;
  readonly agent: LiveAgent;
  /** Hands pending steering orders of the store to the agent. */
  readonly deliver: () => void;
  stopReason: StopReason | undefined;
  /** A paused agent does nothing new and is not stuck. */
  paused: boolean;
}

/** The agents that run in this process. */
export class LiveRuns {
  readonly #runs = new Map<AgentId, LiveRun>();

  add(run: LiveRun): void {
    this.#runs.set(run.agentId, run);
  }

  remove(agentId: AgentId): void {
    this.#runs.delete(agentId);
  }

  get(agentId: AgentId): LiveRun | undefined {
    return this.#runs.get(agentId);
  }

  ofTask(taskId: TaskId, specId: SpecId): LiveRun[] {
    return [...this.#runs.values()].filter((run) => run.taskId === taskId && run.specId === specId);
  }

  ofSpec(specId: SpecId): LiveRun[] {
    return [...this.#runs.values()].filter((run) => run.specId === specId);
  }

  all(): LiveRun[] {
    return [...this.#runs.values()];
  }
}

/** Ends a run for a reason that its record will name; the first reason stands. */
export async function stopRun(run: LiveRun, reason: StopReason): Promise<void> {
  run.stopReason ??= reason;
  await run.agent.stop();
}
