import { AsyncLocalStorage } from "node:async_hooks";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { durableApplication } from "@aomori/store";
import { isCodedError } from "@aomori/protocol";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import type { Log } from "./ports.ts";

export interface DurableContext {
  /** Runs `body` and records its result; after a crash between the two it runs again. */
  step<Result>(name: string, body: () => Promise<Result>): Promise<Result>;
  sleep(durationMs: number): Promise<void>;
}

/**
 * Starts a workflow unless one of that id exists; resolves once the start is recorded. `revive` is for recovery: one that
 * exists and has failed is followed by another.
 */
export type StartWorkflow<Input> = (
  id: string,
  input: Input,
  options?: { readonly revive: boolean },
) => Promise<void>;

/** Never settles: what a closing process began is taken up by the next one, so it must record no end here. */
const abandoned = (): Promise<never> => new Promise(() => {});

const firstRetryMs = 500;
const longestRetryMs = 30_000;

const isLeaseLost = (error: unknown): boolean => isCodedError(error) && error.code === "LEASE_LOST";

/** An error that says what to do needs no trace. */
function textOf(error: unknown): string {
  if (isCodedError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function contextFor(closing: AbortSignal, log: Log): DurableContext {
  /** A step has settled what it can judge; whatever it throws (the database is gone, say) must not end the workflow. */
  const untilDone = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(longestRetryMs, delayMs * 2)) {
      if (closing.aborted) return abandoned();
      try {
        const result = await body();
        return closing.aborted ? await abandoned() : result;
      } catch (error) {
        if (closing.aborted || isLeaseLost(error)) return abandoned();
        log.error(`the step "${name}" failed and is run again in ${delayMs} ms: ${textOf(error)}`);
      }
      await sleep(delayMs, undefined, { signal: closing }).catch(abandoned);
    }
  };
  return {
    step: (name, body) => DBOS.runStep(() => untilDone(name, body), { name }),
    sleep: (durationMs) => DBOS.sleep(durationMs),
  };
}

/** How DBOS marks a workflow that will not go on by itself. */
const failed: readonly string[] = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"];

/** The id under which a workflow is to be started, where none goes on or has ended well under this one. */
async function newestOf(id: string): Promise<string | undefined> {
  for (let again = 0; ; again += 1) {
    const workflowID = again === 0 ? id : `${id}/again-${again}`;
    const known = await DBOS.getWorkflowStatus(workflowID);
    if (known === null) return workflowID;
    if (!failed.includes(known.status)) return undefined;
  }
}

/** What the workflows of one engine share. */
export interface Durability {
  readonly closing: AbortSignal;
  readonly log: Log;
  /** Ids of the workflows that run in this process; filled by `defineWorkflow`. */
  readonly running: Set<string>;
}

/** Registers a workflow under `name` and its own version; call before `launchDurable`. */
export function defineWorkflow<Input>(
  name: `${string}.v${number}`,
  options: Durability,
  body: (context: DurableContext, input: Input) => Promise<void>,
): StartWorkflow<Input> {
  const context = contextFor(options.closing, options.log);
  const { closing, running } = options;
  const untilEnd = async (input: Input): Promise<void> => {
    const id = DBOS.workflowID ?? "";
    running.add(id);
    try {
      await body(context, input);
    } catch (error) {
      // DBOS throws when it is shut down under a workflow, and would record that as its end.
      if (closing.aborted) await abandoned();
      throw error;
    } finally {
      running.delete(id);
    }
    if (closing.aborted) return abandoned();
  };
  const workflow = DBOS.registerWorkflow(untilEnd, {
    name,
    className: "aomori",
    // However often the process dies under it, the work goes on.
    maxRecoveryAttempts: Number.MAX_SAFE_INTEGER,
  });
  // A workflow may be asked for from within a step of another one; DBOS would take it for a part of that step.
  const outsideOfSteps = AsyncLocalStorage.snapshot();
  return (id, input, { revive } = { revive: false }) =>
    outsideOfSteps(async () => {
      const workflowID = revive ? await newestOf(id) : id;
      if (workflowID !== undefined) await DBOS.startWorkflow(workflow, { workflowID })(input);
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

const strayLookMs = [2_000, 5_000, 10_000, 20_000, 40_000] as const;

/**
 * For a while after a take-over from an engine that may still move: whatever that one claimed in its last moments, and
 * will never go on with, is taken up here; what it ended there with an error, `startLive` starts anew.
 */
export async function adoptStrays(
  { closing, log, running }: Durability,
  startLive: () => Promise<unknown>,
): Promise<void> {
  const strays = async (): Promise<string[]> => {
    const pending = await DBOS.listWorkflows({ status: "PENDING", loadInput: false });
    return pending.map((row) => row.workflowID).filter((id) => !running.has(id));
  };
  for (const delayMs of strayLookMs) {
    await sleep(delayMs, undefined, { signal: closing });
    await startLive();
    const first = await strays();
    if (first.length === 0) continue;
    // One that was claimed here this very moment has begun to run by the second look.
    await sleep(1_000, undefined, { signal: closing });
    const second = await strays();
    for (const id of first.filter((stray) => second.includes(stray))) {
      log.warn(`taking up ${id}, which the former engine of this store had claimed`);
      await DBOS.resumeWorkflow(id);
    }
  }
}

/** Stops taking up work; what runs is abandoned and goes on at the next launch. */
export async function shutdownDurable(): Promise<void> {
  await DBOS.shutdown({ deregister: true });
}
