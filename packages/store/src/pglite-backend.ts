import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { PGlite } from "@electric-sql/pglite";
import { UserError } from "@aomori/protocol";
import { acquireLock, errnoOf, ioError } from "@aomori/system";
import type pg from "pg";

import { backUpDirectory } from "./backup.ts";
import type { Backend } from "./backend.ts";
import { isoTime } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { LocalFeed } from "./event-feed.ts";
import { Housekeeping } from "./housekeeping.ts";
import { appliedMigrations, applyMigrations, pendingMigrations } from "./migrations.ts";
import type { Migration } from "./migrations.ts";
import { pglitePool } from "./pglite-connection.ts";
import { makeDataDirectory } from "./seed.ts";
import { guardPool, TransactionGuard } from "./transaction-guard.ts";

export interface PgliteOptions {
  readonly databaseDirectory: string;
  readonly databaseLockFile: string;
  readonly backupsDirectory: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly onLog: (message: string) => void;
}

/**
 * The buffers, measured: a quarter of the default memory, no slower. The smaller samples keep an analyze at some
 * milliseconds. A plan is kept from when its table was small: without the last setting it would still read the whole table
 * when that has grown.
 */
export const pgliteStartParams: readonly string[] = [
  ...PGlite.defaultStartParams,
  ...[
    "shared_buffers=16MB",
    "search_path=aomori",
    "timezone=UTC",
    "default_statistics_target=20",
    "enable_seqscan=off",
  ].flatMap((set) => ["-c", set]),
];

/** Opens the data directory this process alone may hold: LOCK_HELD names the other one. */
export async function openPglite(options: PgliteOptions): Promise<Backend> {
  await mkdir(dirname(options.databaseLockFile), { recursive: true, mode: 0o700 });
  const lock = await acquireLock(options.databaseLockFile);
  try {
    const opened = await openMigrated(options);
    return {
      ...opened,
      close: async () => {
        await opened.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openMigrated(options: PgliteOptions): Promise<Backend> {
  const { databaseDirectory, migrations, onLog } = options;
  const isNew = await isMissingOrEmpty(databaseDirectory);
  if (isNew) await makeDataDirectory(databaseDirectory, { migrations, onLog, initialize });
  let session = await openSession(databaseDirectory, onLog);
  try {
    const applied = await withClient(session.pool, appliedMigrations);
    const pending = pendingMigrations(migrations, applied ?? []);
    if (pending.length === 0) return session;
    if (!isNew) {
      await session.close();
      const path = await backUpDirectory(
        databaseDirectory,
        options.backupsDirectory,
        options.clock.now(),
      );
      onLog(`the store was copied to ${path} before migration ${pending[0]?.version}`);
      session = await openSession(databaseDirectory, onLog);
    }
    await withClient(session.pool, (client) =>
      applyMigrations(client, pending, {
        create: applied === undefined,
        now: isoTime(options.clock.now()),
      }),
    );
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Log segments of 1 MB instead of 16: less to ship, less to keep. */
export const pgliteInitParams: readonly string[] = ["--wal-segsize=1"];

async function initialize(directory: string): Promise<void> {
  const pglite = new PGlite({
    dataDir: directory,
    startParams: [...pgliteStartParams],
    initDbStartParams: [...pgliteInitParams],
  });
  await pglite.waitReady;
  await pglite.close();
}

async function openSession(
  databaseDirectory: string,
  onLog: (message: string) => void,
): Promise<Backend> {
  // Our lock says who holds the directory. PGlite's own file says nothing, and one that a kill left empty is refused for ever.
  await rm(join(databaseDirectory, "postmaster.pid"), { force: true });
  const pglite = new PGlite({ dataDir: databaseDirectory, startParams: [...pgliteStartParams] });
  try {
    await pglite.waitReady;
  } catch (error) {
    throw new UserError(
      "io",
      "STORE_UNREADABLE",
      `the store in ${databaseDirectory} does not open: ${error instanceof Error ? error.message : String(error)}; ` +
        `restore a copy from the backups directory, or move the directory away to start anew`,
      { cause: error },
    );
  }
  const pool = pglitePool(pglite);
  pool.on("error", (error) => onLog(`the store's connection failed: ${error.message}`));
  const guard = new TransactionGuard();
  guardPool(pool, guard);
  const housekeeping = new Housekeeping(pool, onLog);
  let closing: Promise<void> | undefined;
  return {
    kind: "pglite",
    pool,
    guard,
    feed: new LocalFeed(),
    noteCommit: () => housekeeping.noteCommit(),
    close: () => {
      closing ??= housekeeping
        .close()
        .then(() => pool.end())
        .then(() => pglite.close());
      return closing;
    },
  };
}

async function withClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

async function isMissingOrEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    throw ioError(error, `cannot read ${directory}`);
  }
}
