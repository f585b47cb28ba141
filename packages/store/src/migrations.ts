import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { UserError } from "@aomori/protocol";
import type pg from "pg";

export interface Migration {
  /** `000001`; also the order. */
  readonly version: string;
  readonly sql: string;
  readonly sha256: string;
}

const directory = fileURLToPath(new URL("../sql/", import.meta.url));

/** The numbered files of sql/, oldest first. */
export async function loadMigrations(): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^[0-9]{6}\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name), "utf8");
      return {
        version: name.slice(0, 6),
        sql,
        sha256: createHash("sha256").update(sql).digest("hex"),
      };
    }),
  );
}

/** One hash over all of them. */
export function migrationsHash(migrations: readonly Migration[]): string {
  const hash = createHash("sha256");
  for (const { version, sha256 } of migrations) hash.update(`${version} ${sha256}\n`);
  return hash.digest("hex");
}

/** The comment that tells a schema we made from one somebody else did. */
const schemaMark = "aomori store";

interface Applied {
  readonly version: string;
  readonly sha256: string;
}

/** The migrations a store has seen; throws STORE_SCHEMA_FOREIGN for a schema `aomori` that is not ours. */
export async function appliedMigrations(client: pg.ClientBase): Promise<Applied[] | undefined> {
  const found = await client.query<{ mark: string | null }>(
    "select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = 'aomori'",
  );
  const [schema] = found.rows;
  if (schema === undefined) return undefined;
  if (schema.mark !== schemaMark) {
    throw new UserError(
      "config",
      "STORE_SCHEMA_FOREIGN",
      `the database has a schema "aomori" that this program did not make; use another database, or rename that schema`,
    );
  }
  const { rows } = await client.query<Applied>(
    "select version, sha256 from aomori.schema_migrations order by version",
  );
  return rows;
}

/** What is still to be run; throws STORE_NEWER or STORE_MIGRATION_CHANGED when this program is the wrong one. */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const newest = migrations.at(-1)?.version ?? "none";
  for (const { version, sha256 } of applied) {
    const migration = known.get(version);
    if (migration === undefined) {
      throw new UserError(
        "config",
        "STORE_NEWER",
        `the store is at version ${applied.at(-1)?.version ?? version} and this program knows versions up to ${newest}; ` +
          `open it with the newer aomori that wrote it, or with a later one`,
        { details: { store_version: applied.at(-1)?.version, program_version: newest } },
      );
    }
    if (migration.sha256 !== sha256) {
      throw new UserError(
        "config",
        "STORE_MIGRATION_CHANGED",
        `the store was made by another text of migration ${version}; open it with the build of aomori that made it, ` +
          `export it there and import it here`,
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}

const firstStatements = `
  create schema aomori;
  comment on schema aomori is '${schemaMark}';
  create table aomori.schema_migrations (
    version text primary key,
    sha256 text not null,
    applied_at timestamptz not null
  );`;

/** Runs migrations in one transaction: all of them or none. */
export async function applyMigrations(
  client: pg.ClientBase,
  pending: readonly Migration[],
  options: { readonly create: boolean; readonly now: string },
): Promise<void> {
  await client.query("begin");
  try {
    if (options.create) await client.query(firstStatements);
    await client.query("set local search_path = aomori");
    for (const { version, sql, sha256 } of pending) {
      await client.query(sql);
      await client.query(
        "insert into aomori.schema_migrations (version, sha256, applied_at) values ($1, $2, $3)",
        [version, sha256, options.now],
      );
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
