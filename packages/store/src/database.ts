import { createHash } from "node:crypto";

import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from "kysely";
import type pg from "pg";

import { cleanText } from "./json-text.ts";
import type { Tables } from "./tables.ts";

/** Postgres type ids that `pg` reads otherwise than the rows of this package: int8 as text, timestamptz as a date. */
const int8 = 20;
const timestamptz = 1184;

/**
 * Makes counters numbers (they stay far below 2^53) and times ISO-8601, in place. Done here and not by a type parser,
 * because DBOS reads the same pool with the defaults, and PGlite's driver takes no parsers per query.
 */
function readValues<R extends pg.QueryResult>(result: R): R {
  for (const { name, dataTypeID } of result.fields ?? []) {
    if (dataTypeID !== int8 && dataTypeID !== timestamptz) continue;
    for (const row of result.rows) {
      const value: unknown = row[name];
      if (typeof value === "string") row[name] = Number(value);
      else if (value instanceof Date) row[name] = value.toISOString();
    }
  }
  return result;
}

/** Distinct statements one connection keeps prepared. Ours are written out, so there are some hundred. */
const preparedLimit = 500;

/**
 * Kysely over a pool it does not own. `prepare` names each statement so that the connection parses and plans it once:
 * about half the time per statement on PGlite. It is not for servers behind a pooler that moves sessions.
 */
export function createDatabase(pool: pg.Pool, options: { prepare: boolean }): Kysely<Tables> {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= preparedLimit) return known;
    const name = createHash("sha256").update(text).digest("base64url").slice(0, 24);
    names.set(text, name);
    return name;
  };
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
    function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
    function query(text: unknown, values: readonly unknown[] = []): unknown {
      if (typeof text !== "string") throw new TypeError("this pool opens no cursors");
      const name = options.prepare && values.length > 0 ? nameOf(text) : undefined;
      const clean = values.map((value) => (typeof value === "string" ? cleanText(value) : value));
      return client
        .query({ text, values: clean, ...(name === undefined ? {} : { name }) })
        .then(readValues);
    }
    return { query, release: (destroy) => client.release(destroy) };
  };
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        options: {},
        connect: async () => wrap(await pool.connect()),
        end: () => pool.end(),
      },
    }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
