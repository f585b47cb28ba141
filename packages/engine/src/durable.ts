import { AsyncLocalStorage } from "node:async_hooks";
import { DBOS } from "@dbos-inc/dbos-sdk";
import type { Pool } from "pg";
import type { Log } from "./ports.ts";

/**
 * DBOS records both with every workflow and strands what was recorded under others, so they never follow
 * the package's version. A workflow whose steps change gets a new version in its own name.
 */
export const durableApplication = { name: "aomori", version: "1", schema: "dbos" } as const;

export interface DurableContext {
  /** Runs `body` and records its result; after a crash between the two it runs again. */
  step<Result>(name: string, body: () => Promise<Result>): Promise<Result>;
  sleep(durationMs: number): Promise<void>;
}

/** Starts a workflow unless one of that id exists; resolves once the start is recorded. */
export type StartWorkflow<Input> = (id: string, input: Input) => Promise<void>;

/** Never settles: what a closing process began is taken up by the next one, so it must record no end here. */
const abandoned = (): Promise<never> => new Promise(() => {});

function contextFor(closing: AbortSignal): DurableContext {
  const untilClosing = async <Result>(body: () => Promise<Result>): Promise<Result> => {
    if (closing.aborted) return abandoned();
    try {
      const result = await body();
      return closing.aborted ? await abandoned() : result;
    } catch (error) {
      if (closing.aborted) return abandoned();
      throw error;
    }
  };
  return {
    step: (name, body) => DBOS.runStep(() => untilClosing(body), { name }),
    sleep: (durationMs) => DBOS.sleep(durationMs),
  };
}

/** Registers a workflow under `name` and its own version; call before `launchDurable`. */
export function defineWorkflow<Input>(
  name: `${string}.v${number}`,
  closing: AbortSignal,
  body: (context: DurableContext, input: Input) => Promise<void>,
): StartWorkflow<Input> {
  const context = contextFor(closing);
  const workflow = DBOS.registerWorkflow((input: Input) => body(context, input), {
    name,
    className: "aomori",
  });
  // A workflow may be asked for from within a step of another one; DBOS would take it for a part of that step.
  const outsideOfSteps = AsyncLocalStorage.snapshot();
  return (id, input) =>
    outsideOfSteps(async () => {
      await DBOS.startWorkflow(workflow, { workflowID: id })(input);
    });
}

/** Launches DBOS on the store's pool; pending workflows of `executorId` go on at once. */
export async function launchDurable(options: {
  readonly pool: Pool;
  readonly executorId: string;
  readonly log: Log;
}): Promise<void> {
  const { log } = options;
  const write = (level: "info" | "warn" | "error") => (entry: unknown) =>
    log[level](entry instanceof Error ? entry.message : String(entry), { from: "dbos" });
  DBOS.setConfig({
    name: durableApplication.name,
    applicationVersion: durableApplication.version,
    systemDatabasePool: options.pool,
    systemDatabaseSchemaName: durableApplication.schema,
    executorID: options.executorId,
    useListenNotify: false,
    logger: { info: () => {}, debug: () => {}, warn: write("warn"), error: write("error") },
  });
  await DBOS.launch();
}

/** Stops taking up work; what runs is abandoned and goes on at the next launch. */
export async function shutdownDurable(): Promise<void> {
  await DBOS.shutdown({ deregister: true });
}
