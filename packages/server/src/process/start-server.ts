import { openRuntime } from "@aomori/runtime";
import type { Runtime } from "@aomori/runtime";
import { TerminalError } from "@aomori/protocol";
import { ensureLocalKey, localOrgId } from "@aomori/store";
import {
  acquireLock,
  databaseLabel,
  ensureHome,
  errnoOf,
  identifySelf,
  readCredentials,
  readTextFile,
  removeServerInfo,
  setCredential,
  writeFileAtomic,
  writeServerInfo,
} from "@aomori/system";
import type { HomeLayout } from "@aomori/system";
import { join } from "node:path";
import { createRuntimeServer } from "../runtime-server.ts";
import type { Log } from "../ports.ts";

export interface StartServerOptions {
  readonly layout: HomeLayout;
  /** 0 takes a free one. */
  readonly port: number;
  readonly databaseUrl?: string | undefined;
  readonly version: string;
  readonly log: Log;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /**
   * Resolves once the server has drained and let go of everything, whoever asked for it; rejects with LEASE_LOST when it
   * had to stop because another process has taken its store over.
   */
  readonly stopped: Promise<void>;
  /** Finishes running requests, stops agents so that the next start takes up their work, and frees the store. */
  drain(): Promise<void>;
}

/** The name under which the local server's key stands in the credentials file. */
export const localKeyName = "local";

/** Starts the one server of a home: lock, store, engine, HTTP on loopback. Errors: LOCK_HELD, STORE_IN_USE, STORE_NEWER and what the store says. */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { layout, version, log } = options;
  await ensureHome(layout);
  const lock = await acquireLock(layout.serverLockFile);
  try {
    const runtime = await openRuntime({
      layout,
      databaseUrl: options.databaseUrl,
      version,
      log: engineLog(log),
    });
    try {
      return await serve(options, runtime, () => lock.release());
    } catch (error) {
      await runtime.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    log({ level: "error", message: `Aomori ${version} did not start`, error });
    throw error;
  }
}

async function serve(
  options: StartServerOptions,
  runtime: Runtime,
  release: () => Promise<void>,
): Promise<RunningServer> {
  const { layout, version, log } = options;
  const startedAt = new Date().toISOString();
  const stopped = Promise.withResolvers<void>();
  let draining: Promise<void> | undefined;
  const identity = await identifySelf();
  await keepLocalKey(layout, runtime);
  const server = createRuntimeServer({
    runtime,
    version,
    log,
    onDrain: () => {
      drain().catch((error: unknown) => stopped.reject(error));
    },
  });
  const drain = (): Promise<void> => {
    draining ??= (async () => {
      await server.close();
      await runtime.close();
      await removeServerInfo(layout.serverInfoFile, identity);
      await release();
      if (runtime.lost.aborted) stopped.reject(leaseLost());
      else stopped.resolve();
    })();
    return draining;
  };
  const drainLost = (): void => {
    log({ level: "error", message: leaseLost().message });
    drain().catch((error: unknown) => stopped.reject(error));
  };
  runtime.lost.addEventListener("abort", drainLost, { once: true });
  const url = await listen(server, options);
  const port = Number(new URL(url).port);
  await writeFileAtomic(lastPortFile(layout), `${port}\n`);
  const database = databaseLabel(options.databaseUrl);
  await writeServerInfo(layout.serverInfoFile, { ...identity, startedAt, port, version, database });
  log({ level: "info", message: `Aomori ${version} answers at ${url} (${runtime.store.kind})` });
  return { url, port, stopped: stopped.promise, drain };
}

const leaseLost = (): TerminalError =>
  new TerminalError(
    "conflict",
    "LEASE_LOST",
    "another process has taken the store over, so this server stops; its work goes on there",
  );

const lastPortFile = (layout: HomeLayout): string => join(layout.runDirectory, "last-port");

/** A restarted server answers where it answered before, so that whoever follows its events only has to wait. */
async function listen(
  server: ReturnType<typeof createRuntimeServer>,
  { layout, port }: StartServerOptions,
): Promise<string> {
  const last = Number(await readTextFile(lastPortFile(layout)));
  if (port !== 0 || !Number.isInteger(last) || last < 1024 || last > 65_535) {
    return server.listen({ port });
  }
  try {
    return await server.listen({ port: last });
  } catch (error) {
    if (errnoOf(error) !== "EADDRINUSE") throw error;
    return server.listen({ port: 0 });
  }
}

async function keepLocalKey(layout: HomeLayout, runtime: Runtime): Promise<void> {
  const { [localKeyName]: known } = await readCredentials(layout.credentialsFile);
  const secret = await ensureLocalKey(runtime.store, localOrgId, known);
  if (secret !== known) await setCredential(layout.credentialsFile, localKeyName, secret);
}

function engineLog(log: Log): Parameters<typeof openRuntime>[0]["log"] {
  const write =
    (level: "info" | "warn" | "error") =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void => {
      const rest = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`);
      log({ level, message: [message, ...rest].join(" ") });
    };
  return { info: write("info"), warn: write("warn"), error: write("error") };
}
