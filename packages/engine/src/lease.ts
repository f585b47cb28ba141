import type { WorkerId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findWorker, heartbeatWorker, releaseWorker, takeWorker } from "@aomori/store";
import type { Store, WorkerProcess, WorkerRow } from "@aomori/store";
import { identifySelf, isProcessAlive } from "@aomori/system";
import { readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./ports.ts";

/** One engine works on a store; its name is the same whichever process it is. */
const engineWorker: WorkerId = "worker_engine";

const defaultTiming = { heartbeatMs: 5_000, silentMs: 15_000, lookMs: 500 };

export interface LeaseOptions {
  /** Of the program, for the one who is refused. */
  readonly version: string;
  readonly log: Log;
  /** Ends the wait for a holder of another machine that has fallen silent. */
  readonly signal?: AbortSignal;
  readonly timing?: Partial<typeof defaultTiming>;
}

/** The right to run the engine of a store. */
export interface Lease extends AsyncDisposable {
  readonly fence: number;
  /** The former holder had fallen silent, but is not known to be gone. */
  readonly contested: boolean;
  /** Aborted once another process has taken the store over; from then on every write of this one is refused. */
  readonly lost: AbortSignal;
  /** Gives the right back. */
  close(): Promise<void>;
}

interface Machine {
  readonly self: WorkerProcess;
  /** Processes that can be looked up: those whose `processStart` begins like this. */
  readonly pidSpace: string;
}

async function identify(version: string): Promise<Machine> {
  const { pid, startTime } = await identifySelf();
  const pidSpace = await pidSpaceOf();
  return {
    self: { host: hostname(), pid, processStart: `${pidSpace} ${startTime}`, version },
    pidSpace,
  };
}

/** Containers of one machine may share its name and boot, and still not see each other's processes. */
async function pidSpaceOf(): Promise<string> {
  return process.platform === "linux" ? await readlink("/proc/self/ns/pid") : process.platform;
}

/** Whether the holder is gone for certain; `unknown` where its processes cannot be looked up. */
async function stateOf(
  holder: WorkerProcess,
  { self, pidSpace }: Machine,
): Promise<"alive" | "gone" | "unknown"> {
  const isNear = holder.host === self.host && holder.processStart.startsWith(`${pidSpace} `);
  if (!isNear) return "unknown";
  const startTime = holder.processStart.slice(pidSpace.length + 1);
  return (await isProcessAlive({ pid: holder.pid, startTime })) ? "alive" : "gone";
}

/**
 * Takes the right to run the engine of a store: at once from a process of this machine that is gone or one that gave it
 * back, otherwise after 15 s without a heartbeat. Throws STORE_IN_USE while the holder lives.
 */
export async function takeLease(store: Store, options: LeaseOptions): Promise<Lease> {
  const timing = { ...defaultTiming, ...options.timing };
  const machine = await identify(options.version);
  let first: WorkerRow | undefined;
  let contested = false;
  for (;;) {
    const row = await findWorker(store, engineWorker);
    if (row !== undefined && row.process !== null) {
      const state = await stateOf(row.process, machine);
      const silent = row.silentMs >= timing.silentMs;
      const beaten = first !== undefined && row.silentMs < first.silentMs;
      if (!silent && (state === "alive" || beaten)) throw storeInUse(row, row.process);
      if (!silent && state === "unknown") {
        if (first === undefined) {
          options.log.info(`waiting for ${describe(row, row.process)} to prove that it lives`);
        }
        first = row;
        await sleep(timing.lookMs, undefined, { signal: options.signal });
        continue;
      }
      contested = state !== "gone";
      options.log.warn(`taking the store over from ${describe(row, row.process)}`);
    }
    const taken = { by: machine.self, fence: row?.fence ?? 0 };
    const fence = await takeWorker(store, engineWorker, taken);
    if (fence !== undefined) {
      return holdLease(store, { fence, contested }, options.log, timing);
    }
  }
}

const describe = ({ silentMs }: WorkerRow, { host, pid, version }: WorkerProcess): string =>
  `Aomori ${version}, process ${pid} on ${host}, last heard of ${(silentMs / 1000).toFixed(1)} s ago`;

function storeInUse(row: WorkerRow, holder: WorkerProcess): UserError {
  const { host, pid, version } = holder;
  return new UserError(
    "conflict",
    "STORE_IN_USE",
    `the store is run by ${describe(row, holder)}; talk to that server, or stop it first`,
    { details: { host, pid, version, heartbeat_age_ms: Math.round(row.silentMs) } },
  );
}

function holdLease(
  store: Store,
  { fence, contested }: Pick<Lease, "fence" | "contested">,
  log: Log,
  timing: { readonly heartbeatMs: number },
): Lease {
  const lost = new AbortController();
  const worker = { id: engineWorker, fence };
  store.fenceWith({ ...worker, onLost: () => lost.abort() });
  let beating: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    try {
      if (await heartbeatWorker(store, worker)) return;
      clearInterval(timer);
      lost.abort();
    } catch (error) {
      // The fence tells whether somebody took over meanwhile, as soon as the database answers again.
      log.warn("a heartbeat was not stored", { error: String(error) });
    }
  };
  const timer = setInterval(() => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  }, timing.heartbeatMs);
  timer.unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await beating;
    await releaseWorker(store, worker);
  };
  return { fence, contested, lost: lost.signal, close, [Symbol.asyncDispose]: close };
}
