import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { readTextFile, writeFileAtomic } from "./atomic-write.ts";
import { errnoOf, ioError } from "./io-error.ts";

/** One event of the journal as it lies there; who takes it parses it. */
export interface JournalEntry {
  readonly id: string;
  readonly text: string;
}

const suffix = ".json";
/** Beside the entries: what could not be read, kept for a person. */
const rejectedName = "rejected";

/** Adds one event, whole or not at all; nobody who writes at the same time is in the way. */
export async function writeJournal(
  directory: string,
  event: { readonly id: string; readonly [field: string]: unknown },
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw ioError(error, `cannot make ${directory}`);
  }
  const path = join(directory, `${event.id}${suffix}`);
  await writeFileAtomic(path, JSON.stringify(event), { mode: 0o600 });
}

/** What is there now, in the order of the ids, which is that of time. */
export async function readJournal(directory: string): Promise<JournalEntry[]> {
  const names = await entryNames(directory);
  const entries: JournalEntry[] = [];
  for (const name of names.toSorted()) {
    const text = await readTextFile(join(directory, name));
    if (text !== undefined) entries.push({ id: name.slice(0, -suffix.length), text });
  }
  return entries;
}

/** Called once the event is in a store. */
export async function removeFromJournal(directory: string, id: string): Promise<void> {
  await rm(join(directory, `${id}${suffix}`), { force: true });
}

/** Puts an entry that is no event aside, so that it is told of once and not lost; gives its new place. */
export async function rejectFromJournal(directory: string, id: string): Promise<string> {
  const rejected = join(directory, rejectedName);
  const path = join(rejected, `${id}${suffix}`);
  try {
    await mkdir(rejected, { recursive: true });
    await rename(join(directory, `${id}${suffix}`), path);
  } catch (error) {
    throw ioError(error, `cannot put ${id} aside`);
  }
  return path;
}

async function entryNames(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith(suffix) && !name.startsWith("."));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot read ${directory}`);
  }
}
