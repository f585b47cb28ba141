import type { AgentId, OrgId, SpecId, TaskId } from "@aomori/contract";
import type { LiveAgent } from "../ports.ts";

/** Why the engine or a person ended a run that would have gone on. */
export type StopReason =
  | { readonly kind: "person"; readonly by: string }
  | { readonly kind: "stuck"; readonly idleMs: number }
  | { readonly kind: "deadline"; readonly deadlineMs: number };

/** One agent that runs in this process. */
export interface LiveRun {
  readonly orgId: OrgId;
  readonly agentId: AgentId;
  readonly taskId: TaskId;
  readonly specId: SpecId;
  readonly agent: LiveAgent;
  /** Hands pending steering orders of the store to the agent. */
  readonly deliver: () => void;
  /** Orders on their way to the agent; the run's end waits for them. */
  readonly deliveries: Set<Promise<void>>;
  stopReason: StopReason | undefined;
  /** Since when the agent is paused; a paused agent is neither stuck nor late. */
  pausedAtMs: number | undefined;
  /** Time it was paused before that. */
  pausedMs: number;
  /** When it last took up work after a pause. */
  resumedAtMs: number;
}

/** The agents that run in this process. */
export class LiveRuns {
  readonly #runs = new Map<AgentId, LiveRun>();
  readonly #ends = new Map<AgentId, PromiseWithResolvers<void>>();
  /** Agents that somebody gave an order, so that the others cost no look into the store. */
  readonly #ordered = new Set<AgentId>();

  add(run: LiveRun): void {
    this.#runs.set(run.agentId, run);
    this.#ends.set(run.agentId, Promise.withResolvers());
  }

  /** To be called once the run's end is in the store. */
  remove(agentId: AgentId): void {
    this.#runs.delete(agentId);
    this.#ends.get(agentId)?.resolve();
    this.#ends.delete(agentId);
    this.#ordered.delete(agentId);
  }

  /** To be called before an order for the agent is committed; the agent may not have started yet. */
  noteOrder(agentId: AgentId): void {
    this.#ordered.add(agentId);
  }

  hasOrders(agentId: AgentId): boolean {
    return this.#ordered.has(agentId);
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

  /** Stops every agent; resolves once their ends are recorded. */
  async stopAll(): Promise<void> {
    const ends = [...this.#ends.values()].map(({ promise }) => promise);
    await Promise.all([...this.#runs.values()].map((run) => run.agent.stop()));
    await Promise.all(ends);
  }
}

/** Ends a run for a reason that its record will name; the first reason stands. */
export async function stopRun(run: LiveRun, reason: StopReason): Promise<void> {
  run.stopReason ??= reason;
  await run.agent.stop();
}
