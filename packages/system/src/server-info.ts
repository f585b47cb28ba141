import { rm } from "node:fs/promises";

import { malformedFile, readJsonFile, writeFileAtomic } from "./atomic-write.ts";
import { isRecord } from "./is-record.ts";
import { isProcessAlive, type ProcessIdentity } from "./process-identity.ts";

/** What the local server tells the commands that look for it. */
export interface ServerInfo extends ProcessIdentity {
  /** ISO-8601 UTC. */
  readonly startedAt: string;
  readonly port: number;
  /** Of the program, for the exchange of versions. */
  readonly version: string;
}

export async function writeServerInfo(path: string, info: ServerInfo): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(info)}\n`, { mode: 0o600 });
}

/** The server that wrote the file, undefined when there is none or that process is gone. */
export async function readServerInfo(path: string): Promise<ServerInfo | undefined> {
  const value = await readJsonFile(path);
  if (value === undefined) return undefined;
  const info = parseServerInfo(value);
  if (info === undefined) throw malformedFile(path, "it does not describe a server");
  return (await isProcessAlive(info)) ? info : undefined;
}

/** Removes the file if it still names this server; another one's is left alone. */
export async function removeServerInfo(path: string, own: ProcessIdentity): Promise<void> {
  const value = await readJsonFile(path);
  const info = value === undefined ? undefined : parseServerInfo(value);
  if (info?.pid === own.pid && info.startTime === own.startTime) await rm(path, { force: true });
}

function parseServerInfo(value: unknown): ServerInfo | undefined {
  if (!isRecord(value)) return undefined;
  const { pid, startTime, startedAt, port, version } = value;
  return typeof pid === "number" &&
    typeof startTime === "string" &&
    typeof startedAt === "string" &&
    typeof port === "number" &&
    typeof version === "string"
    ? { pid, startTime, startedAt, port, version }
    : undefined;
}
