import { UserError } from "@aomori/protocol";
import { errnoOf, ioError, readTextFile, writeFileAtomic } from "@aomori/system";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RegistryEntry } from "./entry.ts";
import { parseEntry } from "./parse-entry.ts";

/** Where entries lie. */
export interface RegistryPlaces {
  /** Those that came with the program. */
  readonly shippedDirectory: string;
  /** Those pulled or submitted here; they go before shipped ones of the same name. */
  readonly ownDirectory: string;
}

export interface ListedEntry {
  readonly entry: RegistryEntry;
  readonly origin: "shipped" | "own";
  readonly path: string;
}

export interface Listing {
  /** By name. */
  readonly entries: readonly ListedEntry[];
  /** Files that are no entries: what is wrong with each. */
  readonly faults: readonly unknown[];
}

/** Reads every entry of the places; one that cannot be read hides no other. */
export async function listEntries(places: RegistryPlaces): Promise<Listing> {
  const found = new Map<string, ListedEntry>();
  const faults: unknown[] = [];
  for (const [origin, directory] of [
    ["shipped", places.shippedDirectory],
    ["own", places.ownDirectory],
  ] as const) {
    for (const file of await entryFiles(directory)) {
      const path = join(directory, file);
      try {
        const entry = await readEntryFile(path);
        checkFileName(entry, file, path);
        found.set(entry.name, { entry, origin, path });
      } catch (error) {
        faults.push(error);
      }
    }
  }
  const entries = [...found.values()].toSorted((a, b) => (a.entry.name < b.entry.name ? -1 : 1));
  return { entries, faults };
}

async function readEntryFile(path: string): Promise<RegistryEntry> {
  const text = await readTextFile(path);
  if (text !== undefined) return parseEntry(text, path);
  throw new UserError("not_found", "ENTRY_NOT_FOUND", `there is no file ${path}`, {
    details: { path },
  });
}

/** Writes an entry as `<name>.json` below a directory; gives its path. */
export async function writeEntryFile(directory: string, entry: RegistryEntry): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw ioError(error, `cannot make ${directory}`);
  }
  const path = entryFile(directory, entry.name);
  await writeFileAtomic(path, `${JSON.stringify(entry, null, 2)}\n`);
  return path;
}

export function entryFile(directory: string, name: string): string {
  return join(directory, `${name}.json`);
}

async function entryFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith(".json") && !name.startsWith(".")).toSorted();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot read ${directory}`);
  }
}

/** Two files of one name would hide each other. */
function checkFileName({ name }: RegistryEntry, file: string, path: string): void {
  if (file === `${name}.json`) return;
  throw new UserError(
    "validation",
    "ENTRY_MISNAMED",
    `${path} holds the entry "${name}"; rename it to ${name}.json`,
    { details: { path } },
  );
}
