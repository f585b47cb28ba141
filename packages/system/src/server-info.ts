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
  /** The database it works on, by `databaseLabel`; null for the store of its home, absent where an older program wrote. */
  readonly database?: string | null;
}

/** A database by its URL without password and options; null where no URL is given. */
export function databaseLabel(url: string | undefined): string | null {
  if (url === undefined || url === "") return null;
  const parsed = URL.parse(url);
  if (parsed === null) return "a database whose URL cannot be read";
  const { protocol, username, host, pathname } = parsed;
  const user = username === "" ? "" : `${username}@`;
  return `${protocol.replace("postgresql:", "postgres:")}//${user}${host}${pathname}`;
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
  const { pid, startTime, startedAt, port, version, database } = value;
  const known = typeof database === "string" || database === null ? { database } : {};
  return typeof pid === "number" &&
    typeof startTime === "string" &&
    typeof startedAt === "string" &&
    typeof port === "number" &&
    typeof version === "string"
    ? { pid, startTime, startedAt, port, version, ...known }
    : undefined;
}
