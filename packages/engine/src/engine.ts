import type { EngineContext, MergeInput, PlanInput, TaskInput } from "./context.ts";
import { adoptStrays, defineWorkflow, launchDurable, shutdownDurable } from "./durable.ts";
import type { Durability } from "./durable.ts";
import { Interrupts } from "./interrupts.ts";
import { mergeWorkflow } from "./merging/merge-workflow.ts";
import { recover, startLive } from "./recover.ts";
import { Serials } from "./serials.ts";
import { planWorkflow } from "./specs/plan-workflow.ts";
import { Boards } from "./tasks/boards.ts";
import { Dispatcher } from "./tasks/dispatcher.ts";
import { LiveRuns } from "./tasks/live-runs.ts";
import { taskWorkflow } from "./tasks/task-workflow.ts";

export interface EngineOptions extends Pick<
  EngineContext,
  | "store"
  | "clock"
  | "random"
  | "log"
  | "agents"
  | "planner"
  | "workspaces"
  | "keys"
  | "limits"
  | "heartbeatMs"
> {
  /** Names this process to DBOS; the same after a restart, so that its pending workflows go on. */
  readonly executorId: string;
  /** Aborted when another process has taken the store over: nothing is recorded or started any more. */
  readonly lost: AbortSignal;
  /** The store was taken from an engine that may still move. */
  readonly contested?: boolean;
}

export interface Engine extends AsyncDisposable {
  readonly context: EngineContext;
  /** Stops every agent and leaves the work where the next start takes it up. */
  close(): Promise<void>;
}

/** Starts the engine on a store: pending work goes on, and what a crash left is made good. One engine per process. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const closing = new AbortController();
  const stopping = AbortSignal.any([closing.signal, options.lost]);
  const durability: Durability = { closing: stopping, log: options.log, running: new Set() };
  const boards = new Boards(options.store);
  const context: EngineContext = {
    ...options,
    boards,
    live: new LiveRuns(),
    interrupts: new Interrupts(),
    merging: new Serials(),
    closing: stopping,
    wake: () => dispatcher.wake(),
    workflows: {
      plan: defineWorkflow<PlanInput>("plan.v1", durability, (durable, input) =>
        planWorkflow(context, durable, input),
      ),
      task: defineWorkflow<TaskInput>("task.v1", durability, (durable, input) =>
        taskWorkflow(context, durable, input),
      ),
      merge: defineWorkflow<MergeInput>("merge.v1", durability, (durable, input) =>
        mergeWorkflow(context, durable, input),
      ),
    },
  };
  const dispatcher = new Dispatcher(context, boards);
  const close = async (): Promise<void> => {
    closing.abort();
    await dispatcher.close();
    await context.live.stopAll();
    await shutdownDurable();
  };
  await launchDurable({
    pool: options.store.pool,
    executorId: options.executorId,
    log: options.log,
  });
  try {
    await recover(context);
  } catch (error) {
    await close();
    throw error;
  }
  if (options.contested === true) {
    adoptStrays(durability, () => startLive(context)).catch((error: unknown) => {
      if (!stopping.aborted) options.log.error("cannot look for strays", { error: String(error) });
    });
  }
  return { context, close, [Symbol.asyncDispose]: close };
}
