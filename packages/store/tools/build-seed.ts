/**
 * Builds seed/: the data directory every new embedded store starts from, with our migrations and DBOS's system schema
 * applied. Run it with `npm run seed -w packages/store` after a change to sql/, or to the
 * version of PGlite or DBOS.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";

import { DBOS } from "@dbos-inc/dbos-sdk";
import { PGlite } from "@electric-sql/pglite";
import type { Pool } from "pg";

import { durableApplication } from "../src/durable-application.ts";
import { applyMigrations, loadMigrations } from "../src/migrations.ts";
import { pgliteInitParams, pgliteStartParams } from "../src/pglite-backend.ts";
import { pglitePool } from "../src/pglite-connection.ts";
import { currentManifest, seedArchivePath, seedManifestPath } from "../src/seed.ts";
import { writeTar } from "../src/tar.ts";
import type { TarEntry } from "../src/tar.ts";

const dbosConfig = {
  name: durableApplication.name,
  applicationVersion: durableApplication.version,
  systemDatabaseSchemaName: durableApplication.schema,
  useListenNotify: false,
  logger: { info: quiet, debug: quiet, warn: console.warn, error: console.error },
} as const;

function quiet(): void {}

/** No log segment is kept for reuse: the log is no part of what is shipped. */
const buildParams = ["wal_recycle=off", "min_wal_size=2MB"].flatMap((set) => ["-c", set]);

async function build(directory: string): Promise<void> {
  await withPglite(directory, async (pool) => {
    const client = await pool.connect();
    try {
      const now = new Date().toISOString();
      await applyMigrations(client, await loadMigrations(), { create: true, now });
    } finally {
      client.release();
    }
    DBOS.setConfig({ ...dbosConfig, systemDatabasePool: pool });
    await DBOS.launch();
    await DBOS.shutdown();
  });
  await withPglite(directory, async (pool) => {
    // One database is all there is to open; the templates would be two thirds of the files.
    await pool.query("update pg_database set datistemplate = false");
    for (const name of ["template0", "template1"]) await pool.query(`drop database ${name}`);
    await pool.query("vacuum (full, analyze)");
    await pool.query("vacuum (freeze, analyze)");
    // Empty tables that were never looked at: the planner expects rows in them, and not for ever none.
    await pool.query(
      "update pg_class set relpages = 0, reltuples = -1 where relnamespace in ('aomori'::regnamespace, 'dbos'::regnamespace)",
    );
    await pool.query("checkpoint");
  });
  // Once more, for the caches of the catalog that a start writes.
  await withPglite(directory, async (pool) => {
    await pool.query("checkpoint");
  });
}

async function withPglite(directory: string, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pglite = new PGlite({
    dataDir: directory,
    startParams: [...pgliteStartParams, ...buildParams],
    initDbStartParams: [...pgliteInitParams],
  });
  await pglite.waitReady;
  const pool = pglitePool(pglite);
  try {
    await work(pool);
  } finally {
    await pool.end();
    await pglite.close();
  }
}

/** What a running server leaves behind and a stopped one does not need. */
const transient: ReadonlySet<string> = new Set(["postmaster.pid", "postmaster.opts"]);

async function entriesOf(directory: string): Promise<TarEntry[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && !transient.has(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const entries: TarEntry[] = [];
  for (const path of paths) {
    const isFile = (await stat(path)).isFile();
    entries.push({
      path: relative(directory, path),
      type: isFile ? "file" : "directory",
      mode: isFile ? 0o600 : 0o700,
      content: isFile ? await readFile(path) : new Uint8Array(),
    });
  }
  return entries;
}

const work = await mkdtemp(join(tmpdir(), "aomori-seed-"));
try {
  const directory = join(work, "db");
  await build(directory);
  const entries = await entriesOf(directory);
  const tar = writeTar(entries);
  const archive = zstdCompressSync(tar, {
    params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_windowLog]: 23 },
  });
  const manifest = {
    ...(await currentManifest(await loadMigrations())),
    archive: createHash("sha256").update(archive).digest("hex"),
  };
  await mkdir(new URL("../seed/", import.meta.url), { recursive: true });
  await writeFile(seedArchivePath, archive);
  await writeFile(seedManifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${entries.length} entries, ${tar.length} bytes, ${archive.length} compressed`);
} finally {
  await rm(work, { recursive: true, force: true });
}
