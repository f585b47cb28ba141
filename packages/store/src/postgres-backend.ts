import type { OrgId } from "@aomori/contract";
import { RetryableError, UserError } from "@aomori/protocol";
import { Client, Pool } from "pg";
import type pg from "pg";

import type { Backend } from "./backend.ts";
import { isoTime } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { appliedMigrations, applyMigrations, pendingMigrations } from "./migrations.ts";
import type { Migration } from "./migrations.ts";
import { PostgresFeed } from "./postgres-feed.ts";
import { guardPool, TransactionGuard } from "./transaction-guard.ts";

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly onLog: (message: string) => void;
}

const poolSize = 10;
const pollMs = 1_000;
const connectTimeoutMs = 10_000;
/** A process that stops moving inside a transaction loses it and its locks; ours are never idle for long. */
const sessionSettings = [
  "search_path=aomori",
  "timezone=UTC",
  "idle_in_transaction_session_timeout=10s",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");
const oldestMajor = 15;
/** Any number, as long as every aomori uses it: who migrates holds it. */
const migrationLock = 4_712_690_177;

/** Opens the user's database; DATABASE_UNREACHABLE, DATABASE_TOO_OLD, STORE_SCHEMA_FOREIGN or STORE_NEWER otherwise. */
export async function openPostgres(options: PostgresOptions): Promise<Backend> {
  const connection: pg.ClientConfig = {
    connectionString: connectionUrl(options.databaseUrl),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "aomori",
  };
  await prepareSchema(connection, options);
  const pool = new Pool({ ...connection, max: poolSize });
  pool.on("error", (error) =>
    options.onLog(`an idle database connection was lost: ${error.message}`),
  );
  // One that is lost while it is in use, between two queries, tells only its client; the next query on it fails.
  pool.on("connect", (client) =>
    client.on("error", (error) =>
      options.onLog(`a database connection was lost: ${error.message}`),
    ),
  );
  const guard = new TransactionGuard();
  guardPool(pool, guard);
  const feed = new PostgresFeed({
    connection,
    pollMs,
    onLog: options.onLog,
    readHeads: async () => {
      const { rows } = await pool.query<{ id: OrgId; event_seq: string }>(
        "select id, event_seq from aomori.organizations",
      );
      return rows.map((row) => ({ orgId: row.id, seq: Number(row.event_seq) }));
    },
  });
  let closing: Promise<void> | undefined;
  return {
    kind: "postgres",
    pool,
    guard,
    feed,
    noteCommit: () => undefined,
    close: () => {
      closing ??= feed.close().then(() => pool.end());
      return closing;
    },
  };
}

async function prepareSchema(
  connection: pg.ClientConfig,
  { migrations, clock, onLog }: PostgresOptions,
): Promise<void> {
  const client = new Client(connection);
  client.on("error", (error) => onLog(`the database connection was lost: ${error.message}`));
  try {
    await client.connect();
  } catch (error) {
    throw unreachable(error);
  }
  try {
    await checkVersion(client);
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    const applied = await appliedMigrations(client);
    const pending = pendingMigrations(migrations, applied ?? []);
    if (pending.length === 0) return;
    if (applied !== undefined) {
      onLog(
        `migrating the schema "aomori" from ${applied.at(-1)?.version ?? "none"} to ${pending.at(-1)?.version ?? "none"}; ` +
          `backups of this database are yours to make`,
      );
    }
    await applyMigrations(client, pending, {
      create: applied === undefined,
      now: isoTime(clock.now()),
    });
  } finally {
    await client.end();
  }
}

async function checkVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>("show server_version_num");
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major >= oldestMajor) return;
  throw new UserError(
    "config",
    "DATABASE_TOO_OLD",
    `the database runs PostgreSQL ${major}; aomori needs ${oldestMajor} or later`,
  );
}

/**
 * The user's URL with our schema and UTC set for every session, behind what it sets itself. The error never holds the
 * URL: it may carry a password.
 */
function connectionUrl(databaseUrl: string): string {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new UserError(
      "config",
      "DATABASE_URL_INVALID",
      "AOMORI_DATABASE_URL is not a URL of the form postgresql://user:password@host:port/database",
    );
  }
  const url = new URL(databaseUrl);
  const own = url.searchParams.get("options") ?? "";
  url.searchParams.set("options", `${own} ${sessionSettings}`.trim());
  return url.href;
}

function unreachable(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new RetryableError(
    "temporary",
    "DATABASE_UNREACHABLE",
    `cannot connect to the database of AOMORI_DATABASE_URL: ${message}; check that it runs and that the URL is right`,
    { cause: error },
  );
}
