import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

import { ioError } from "@aomori/system";
import type pg from "pg";

import { isoTime } from "./clock.ts";
import { loadMigrations } from "./migrations.ts";
import type { Store } from "./store.ts";
import { sqlStateOf } from "./sql-state.ts";
import { orderOf, tableOrder } from "./table-order.ts";

/** The layout of the file itself; raised when a reader of the older one could misread it. */
export const exportFormat = 1;

const rowsPerFetch = 500;

export interface ExportSummary {
  readonly rows: number;
}

/**
 * Writes every table as JSON lines, as of one moment: a head with the schema's version, a line per row
 * (`{"table":…,"row":{…}}`), an end with their number. The file is there whole or not at all. Workflows under way are
 * not part of it: the engine begins them anew from the rows.
 */
export async function exportStore(store: Store, path: string): Promise<ExportSummary> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, "w", 0o600);
    let rows: number;
    try {
      rows = await writeTables(store, file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    return { rows };
  } catch (error) {
    await rm(partial, { force: true });
    throw sqlStateOf(error) === undefined
      ? ioError(error, `cannot export the store to ${path}`)
      : error;
  }
}

async function writeTables(store: Store, file: FileHandle): Promise<number> {
  const migrations = await loadMigrations();
  const head = {
    aomori_export: exportFormat,
    schema_version: migrations.at(-1)?.version,
    at: isoTime(store.clock.now()),
  };
  await file.write(`${JSON.stringify(head)}\n`);
  const client = await store.pool.connect();
  let rows = 0;
  try {
    await client.query("start transaction isolation level repeatable read, read only");
    for (const entry of tableOrder) {
      rows += await writeTable(client, file, entry.table, orderOf(entry));
    }
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
  await file.write(`${JSON.stringify({ end: true, rows })}\n`);
  return rows;
}

async function writeTable(
  client: pg.ClientBase,
  file: FileHandle,
  table: string,
  order: string,
): Promise<number> {
  await client.query(
    `declare rows no scroll cursor for select to_jsonb(t)::text as row from aomori.${table} t order by ${order}`,
  );
  let count = 0;
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${rowsPerFetch} from rows`);
    if (rows.length === 0) break;
    count += rows.length;
    await file.write(rows.map(({ row }) => `{"table":"${table}","row":${row}}\n`).join(""));
  }
  await client.query("close rows");
  return count;
}
