import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";

import { errnoOf, ioError, isRecord, readJsonFile } from "@aomori/system";

import { migrationsHash } from "./migrations.ts";
import type { Migration } from "./migrations.ts";
import { readTar } from "./tar.ts";

/** What a seed was built from; it fits a program in which all of it is equal. */
export interface SeedManifest {
  readonly migrations: string;
  readonly pglite: string;
  readonly dbos: string;
}

const seedDirectory = fileURLToPath(new URL("../seed/", import.meta.url));
export const seedArchivePath: string = join(seedDirectory, "pglite.tar.zst");
export const seedManifestPath: string = join(seedDirectory, "manifest.json");

/** The version of DBOS whose system schema the seed holds. A constant: the store does not depend on DBOS. */
const seedDbosVersion = "5.3.0";

export async function currentManifest(migrations: readonly Migration[]): Promise<SeedManifest> {
  return {
    migrations: migrationsHash(migrations),
    pglite: await pgliteVersion(),
    dbos: seedDbosVersion,
  };
}

/**
 * Makes a new data directory, beside its place and then renamed, so that it is there whole or not at all: from the
 * shipped seed, or, when there is none or it was built from other parts, by `initialize`, which is said on the log.
 */
export async function makeDataDirectory(
  directory: string,
  options: {
    readonly migrations: readonly Migration[];
    readonly onLog: (message: string) => void;
    readonly initialize: (directory: string) => Promise<void>;
  },
): Promise<void> {
  const partial = `${directory}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    if (await isSeedCurrent(options.migrations)) {
      unpack(await promisify(zstdDecompress)(await readFile(seedArchivePath)), partial);
    } else {
      options.onLog(
        "the shipped data directory is missing or was built from other versions; making a new one, which takes seconds",
      );
      await options.initialize(partial);
    }
    await removeEmpty(directory);
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw ioError(error, `cannot make the store in ${directory}`);
  }
}

async function isSeedCurrent(migrations: readonly Migration[]): Promise<boolean> {
  const [expected, found] = await Promise.all([
    currentManifest(migrations),
    readJsonFile(seedManifestPath),
  ]);
  return (
    isRecord(found) &&
    found["migrations"] === expected.migrations &&
    found["pglite"] === expected.pglite &&
    found["dbos"] === expected.dbos
  );
}

/**
 * At once, in this thread: hundreds of small files take a third of the time that a pool of threads needs for them, and
 * nothing else can go on before they are there.
 */
function unpack(archive: Uint8Array, directory: string): void {
  for (const { type, path, mode, content } of readTar(archive)) {
    const target = join(directory, path);
    if (type === "directory") mkdirSync(target, { recursive: true, mode });
    else writeFileSync(target, content, { mode, flag: "wx" });
  }
}

async function removeEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = await readJsonFile(join(dirname(entry), "..", "package.json"));
  const version = isRecord(manifest) ? manifest["version"] : undefined;
  if (typeof version !== "string") throw new Error(`no version beside ${entry}`);
  return version;
}
