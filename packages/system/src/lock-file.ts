import { createHash, randomUUID } from "node:crypto";
import { link, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UserError } from "@aomori/protocol";

import { errnoOf, ioError } from "./io-error.ts";
import { isRecord } from "./is-record.ts";
import {
  identifyProcess,
  identifySelf,
  isProcessAlive,
  type ProcessIdentity,
} from "./process-identity.ts";

/** Who holds a lock, as written in the file. */
export interface LockHolder extends ProcessIdentity {
  /** ISO-8601 UTC. */
  readonly lockedAt: string;
  /** Tells two holds by one process apart. */
  readonly nonce: string;
}

export interface LockFile extends AsyncDisposable {
  readonly path: string;
  readonly holder: LockHolder;
  /** Frees the lock; a second call does nothing. */
  release(): Promise<void>;
}

/**
 * Takes an exclusive lock, or throws LOCK_HELD naming the process that has it. Of two racers exactly one wins, also when
 * both find the lock of a dead process. For processes of one machine (and one pid namespace); the file holds JSON.
 */
export async function acquireLock(path: string): Promise<LockFile> {
  const holder: LockHolder = {
    ...(await identifySelf()),
    lockedAt: new Date().toISOString(),
    nonce: randomUUID(),
  };
  const own = JSON.stringify(holder);
  const candidate = `${path}.${holder.pid}.${holder.nonce}.tmp`;
  try {
    await writeFile(candidate, own, { mode: 0o600, flag: "wx" });
    while (!(await tryLink(candidate, path)) && !(await takeOver(path, candidate))) {
      // The lock was freed or taken over by another racer between two steps: look again.
    }
  } catch (error) {
    throw ioError(error, `cannot take the lock ${path}`);
  } finally {
    await rm(candidate, { force: true });
  }
  await removeLeftovers(path);
  return {
    path,
    holder,
    release: () => releaseLock(path, own),
    [Symbol.asyncDispose]: () => releaseLock(path, own),
  };
}

/** The live process that holds a lock, if any. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const content = await readIfThere(path);
  if (content === undefined) return undefined;
  const holder = parseHolder(content);
  return holder !== undefined && (await isProcessAlive(holder)) ? holder : undefined;
}

/**
 * Replaces a lock whose holder is dead. The right to replace one dead hold is itself a file, named after that hold's
 * content, that only one process can ever link; whoever dies owning that right is dead like any holder, and the right to
 * replace it is named after it in turn. The lock is read again once the right is won, because a winner that has finished
 * removes its right last.
 */
async function takeOver(path: string, candidate: string): Promise<boolean> {
  const stale = await readIfThere(path);
  if (stale === undefined) return false;
  const rights: string[] = [];
  let current = stale;
  for (;;) {
    const holder = parseHolder(current);
    if (holder !== undefined && (await isProcessAlive(holder))) throw lockHeld(path, holder);
    const right = `${path}.after-${createHash("sha256").update(current).digest("hex").slice(0, 32)}`;
    rights.push(right);
    if (await tryLink(candidate, right)) break;
    const next = await readIfThere(right);
    if (next === undefined) return false;
    current = next;
  }
  const own = rights.pop();
  if (own === undefined) throw new Error("a take-over without a right to it");
  if ((await readIfThere(path)) !== stale) {
    await rm(own, { force: true });
    return false;
  }
  await rename(candidate, path);
  for (const right of [...rights, own]) await rm(right, { force: true });
  return true;
}

/**
 * Removes what racers for this lock left that were killed on their way: their candidates, and rights to replace a hold that
 * is over. Called by the holder. A living racer loses nothing: its files are left alone.
 */
async function removeLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    const pid = /^(\d+)\..*\.tmp$/.exec(rest)?.[1];
    if (pid === undefined && !rest.startsWith("after-")) continue;
    const file = join(dirname(path), name);
    const racer = parseHolder((await readIfThere(file)) ?? "");
    // A candidate is empty until its racer has written it.
    const lives =
      racer === undefined
        ? (await identifyProcess(Number(pid))) !== undefined
        : await isProcessAlive(racer);
    if (!lives) await rm(file, { force: true });
  }
}

async function releaseLock(path: string, own: string): Promise<void> {
  if ((await readIfThere(path)) !== own) return;
  await rm(path, { force: true }).catch((error: unknown) => {
    throw ioError(error, `cannot remove the lock ${path}`);
  });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw ioError(error, `cannot take the lock ${to}`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw ioError(error, `cannot read the lock ${path}`);
  }
}

/** Undefined for a file that names no process: nobody holds it. Ours are linked complete, never written in place. */
function parseHolder(content: string): LockHolder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isRecord(value)) return undefined;
  const { pid, startTime, lockedAt, nonce } = value;
  return typeof pid === "number" &&
    typeof startTime === "string" &&
    typeof lockedAt === "string" &&
    typeof nonce === "string"
    ? { pid, startTime, lockedAt, nonce }
    : undefined;
}

function lockHeld(path: string, holder: LockHolder): UserError {
  return new UserError(
    "conflict",
    "LOCK_HELD",
    `${path} is held by process ${holder.pid} since ${holder.lockedAt}; stop that process or wait for it`,
    { details: { path, pid: holder.pid, locked_at: holder.lockedAt } },
  );
}
