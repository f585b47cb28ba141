import { TerminalError, UserError, isCodedError } from "@aomori/protocol";
import { createNodeTransport } from "@aomori/sdk/node";
import { send } from "@aomori/sdk/wire";
import type { HomeLayout, ServerInfo } from "@aomori/system";
import {
  ensureHome,
  identifyProcess,
  isProcessAlive,
  lockHolder,
  readServerInfo,
  spawnDaemon,
} from "@aomori/system";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { bindings } from "../derived/bindings.ts";
import { launch } from "./launch.ts";
import type { ServerRequest } from "./local-server.ts";
import { localKeyName, localUrl } from "./local-server.ts";
import { readKey } from "./stored-keys.ts";

const startDeadlineMs = 30_000;
const stopDeadlineMs = 30_000;
const pollMs = 20;
const logTailBytes = 4000;

/** What a server in the background needs from this environment besides the allow-list of `spawnDaemon`. */
const passedOn =
  /^(?:AOMORI_(?!API_)\w+|XDG_CONFIG_HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|SSH_AUTH_SOCK|GIT_(?:SSH|SSH_COMMAND|ASKPASS)|(?:https?|no|all)_proxy)$/i;

/** Starts a server in the background and waits until it answers. Of two that start at once one wins, and both find it. */
export async function startLocalServer(
  layout: HomeLayout,
  request: ServerRequest,
  port: number,
): Promise<ServerInfo> {
  const { context, prose, signal } = request;
  prose.note(`starting the local server (${layout.home})`);
  await ensureHome(layout);
  const env = Object.entries(context.env).filter(([name]) => passedOn.test(name));
  const logStart = await sizeOf(layout.serverLogFile);
  const argv = [
    "server",
    "start",
    "--foreground",
    "--log-to-file",
    "--port",
    String(port),
    "--format",
    "table",
  ];
  const pid = await spawnDaemon(
    [process.execPath, "--liftoff-only", ...launch.flags, launch.file, ...argv],
    { cwd: layout.home, env: Object.fromEntries(env), logFile: layout.serverLogFile },
  );
  const deadlineMs = Date.now() + startDeadlineMs;
  while (Date.now() < deadlineMs) {
    signal.throwIfAborted();
    const info = await readServerInfo(layout.serverInfoFile);
    if (info !== undefined && (await answers(info, signal))) return info;
    const isGone = info === undefined && (await identifyProcess(pid)) === undefined;
    if (isGone && (await lockHolder(layout.serverLockFile)) === undefined) {
      const late = await readServerInfo(layout.serverInfoFile);
      if (late === undefined) throw await notStarted(layout, logStart, "it ended at once");
    }
    await delay(pollMs, undefined, { signal });
  }
  throw await notStarted(layout, logStart, `it did not answer within ${startDeadlineMs / 1000} s`);
}

/** Lets a server finish its requests and waits until its process is gone. */
export async function stopLocalServer(
  layout: HomeLayout,
  info: ServerInfo,
  { context, signal }: ServerRequest,
): Promise<void> {
  const apiKey = await readKey(layout, localKeyName, context);
  const endpoint = { baseUrl: localUrl(info), apiKey, transport: createNodeTransport() };
  try {
    await send(endpoint, { operation: bindings["system.drain"], input: {}, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!isCodedError(error)) throw error;
    // A server that cannot be asked, a damaged one or one without our key, is told by its signal: it drains too.
    if (await isProcessAlive(info)) process.kill(info.pid, "SIGTERM");
  }
  const deadlineMs = Date.now() + stopDeadlineMs;
  while (await isProcessAlive(info)) {
    if (Date.now() > deadlineMs) {
      throw new TerminalError(
        "timeout",
        "SERVER_NOT_STOPPED",
        `the local server (process ${info.pid}) did not stop within ${stopDeadlineMs / 1000} s; see ${layout.serverLogFile}, then end it with: kill ${info.pid}`,
      );
    }
    await delay(pollMs, undefined, { signal });
  }
}

async function answers(info: ServerInfo, signal: AbortSignal): Promise<boolean> {
  const endpoint = { baseUrl: localUrl(info), transport: createNodeTransport(), maxRetries: 0 };
  try {
    await send(endpoint, { operation: bindings["system.health"], input: {}, signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (isCodedError(error) && error.retryable) return false;
    throw error;
  }
}

async function notStarted(layout: HomeLayout, logStart: number, why: string): Promise<UserError> {
  const tail = await readTail(layout.serverLogFile, logStart);
  const said = tail === "" ? "" : `; it said: ${tail}`;
  return new UserError(
    "temporary",
    "SERVER_NOT_STARTED",
    `the local server did not start: ${why}${said}; the whole log is ${layout.serverLogFile}, and "aomori doctor" looks for causes`,
  );
}

async function sizeOf(path: string): Promise<number> {
  await using file = await open(path, "a", 0o600);
  return (await file.stat()).size;
}

async function readTail(path: string, from: number): Promise<string> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const start = Math.max(from > size ? 0 : from, size - logTailBytes);
  const { buffer, bytesRead } = await file.read({
    position: start,
    length: size - start,
    buffer: Buffer.alloc(Math.max(1, size - start)),
  });
  return buffer.subarray(0, bytesRead).toString("utf8").trim();
}
