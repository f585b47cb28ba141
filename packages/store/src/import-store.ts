import { createReadStream } from "node:fs";

import { UserError } from "@aomori/protocol";
import { ioError, isRecord, readLines } from "@aomori/system";
import type pg from "pg";

import { checkReferences } from "./check-store.ts";
import { exportFormat } from "./export-store.ts";
import type { ExportSummary } from "./export-store.ts";
import { loadMigrations } from "./migrations.ts";
import type { Store } from "./store.ts";
import { sqlStateOf } from "./sql-state.ts";
import { tableOrder } from "./table-order.ts";

const rowsPerInsert = 200;
/** A statement is sent as soon as it is this long; a row may hold documents of a mebibyte. */
const insertLength = 4_000_000;
const maxLineBytes = 256 * 1024 * 1024;
const rowLine = /^\{"table":"([a-z_]+)","row":(\{.*\})\}$/s;

/**
 * Fills an empty store from an exported file, whole or not at all. Throws STORE_NOT_EMPTY, and EXPORT_UNREADABLE for a
 * file that is cut off, was not exported by this program, comes from another version of the schema, or whose rows do not fit together.
 */
export async function importStore(store: Store, path: string): Promise<ExportSummary> {
  const client = await store.pool.connect();
  try {
    await client.query("begin");
    await requireEmpty(client);
    const rows = await readTables(client, path);
    const [fault] = await checkReferences({ pool: client });
    if (fault !== undefined) throw misfit(path, fault.message);
    await client.query("commit");
    client.release();
    return { rows };
  } catch (error) {
    await client.query("rollback");
    client.release();
    throw importError(error, path);
  }
}

/** Rows that a constraint or a type refuses (classes 22 and 23) are the file's fault; other errors are not. */
function importError(error: unknown, path: string): unknown {
  const state = sqlStateOf(error);
  if (state === undefined) return ioError(error, `cannot import ${path}`);
  if (!(error instanceof Error) || !/^2[23]/.test(state)) return error;
  return misfit(path, error.message, error);
}

const misfit = (path: string, reason: string, cause?: unknown): UserError =>
  unreadable(path, `its rows do not fit together (${reason})`, cause);

/** The default organisation that every store opens with is no content. */
async function requireEmpty(client: pg.ClientBase): Promise<void> {
  for (const { table } of tableOrder) {
    if (table === "organizations" || table === "workers") continue;
    const { rows } = await client.query(`select 1 from aomori.${table} limit 1`);
    if (rows.length === 0) continue;
    throw new UserError(
      "conflict",
      "STORE_NOT_EMPTY",
      `the store already holds rows (in ${table}); import into a new one: set AOMORI_HOME to an empty directory, or use an empty database`,
    );
  }
  await client.query("delete from aomori.workers");
  await client.query("delete from aomori.organizations");
}

async function readTables(client: pg.ClientBase, path: string): Promise<number> {
  const batch = new RowBatch(client);
  let place: "head" | "rows" | "end" = "head";
  for await (const { text: line, truncated } of readLines(createReadStream(path), {
    maxLineBytes,
  })) {
    if (truncated) throw unreadable(path, `it has a line of more than ${maxLineBytes} bytes`);
    if (place === "head") {
      await checkHead(path, line);
      place = "rows";
      continue;
    }
    const [, table, row] = rowLine.exec(line) ?? [];
    if (place === "rows" && table !== undefined && row !== undefined) {
      await batch.add(path, table, row);
      continue;
    }
    if (place === "end") throw unreadable(path, "something follows its end");
    checkEnd(path, line, batch.count);
    place = "end";
  }
  if (place !== "end") throw unreadable(path, "it is cut off");
  await batch.flush();
  return batch.count;
}

/** Collects rows of one table, since a statement for each would be slow. */
class RowBatch {
  count = 0;
  readonly #client: pg.ClientBase;
  #table = "";
  #rows: string[] = [];
  #length = 0;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async add(path: string, table: string, row: string): Promise<void> {
    if (table !== this.#table) {
      await this.flush();
      if (!tableOrder.some((known) => known.table === table)) {
        throw unreadable(path, `it has rows of a table ${table}, which this program does not know`);
      }
      this.#table = table;
    }
    this.#rows.push(row);
    this.count += 1;
    this.#length += row.length;
    if (this.#rows.length >= rowsPerInsert || this.#length >= insertLength) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = `[${this.#rows.join(",")}]`;
    this.#rows = [];
    this.#length = 0;
    await this.#client.query(
      `insert into aomori.${this.#table} select * from jsonb_populate_recordset(null::aomori.${this.#table}, $1::jsonb)`,
      [rows],
    );
  }
}

async function checkHead(path: string, line: string): Promise<void> {
  const head = parsed(path, line);
  if (head["aomori_export"] !== exportFormat) {
    throw unreadable(
      path,
      `its first line is not that of an aomori export (format ${exportFormat})`,
    );
  }
  const version = (await loadMigrations()).at(-1)?.version ?? "none";
  if (head["schema_version"] === version) return;
  throw unreadable(
    path,
    `its schema version is ${String(head["schema_version"])} and this program's is ${version}: import it with the aomori that exported it, then let this one open that store`,
  );
}

function checkEnd(path: string, line: string, count: number): void {
  const end = parsed(path, line);
  if (end["end"] === true && end["rows"] === count) return;
  throw unreadable(path, `its end counts ${String(end["rows"])} rows, and ${count} were read`);
}

function parsed(path: string, line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable(path, `it has a line that is none of an export: ${line.slice(0, 80)}`);
}

function unreadable(path: string, reason: string, cause?: unknown): UserError {
  return new UserError("validation", "EXPORT_UNREADABLE", `cannot import ${path}: ${reason}`, {
    cause,
    details: { path },
  });
}
