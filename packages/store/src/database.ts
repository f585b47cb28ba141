import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import type {
  PluginTransformResultArgs,
  PostgresCursor,
  PostgresPoolClient,
  PostgresQueryResult,
  QueryResult,
  UnknownRow,
} from "kysely";
import type pg from "pg";

import { cleanText } from "./json-text.ts";
import { Session } from "./session.ts";
import type { Send, SendResult } from "./session.ts";
import type { Tables } from "./tables.ts";

/** Postgres type ids that `pg` reads otherwise than the rows of this package: int8 as text, timestamptz as a date. */
const int8 = 20;
const timestamptz = 1184;

interface ArrayResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly pg.FieldDef[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Builds the rows of this package: names in camelCase, counters as numbers (they stay far below 2^53), times in
 * ISO-8601. Done here and not by type parsers, because DBOS reads the same pool with the defaults and PGlite's driver
 * takes no parsers per query; and in one pass, because it is what reading a list costs most.
 */
function readRows(
  { command, rowCount, fields, rows }: ArrayResult,
  camelName: (name: string) => string,
): SendResult {
  const columns = fields.map(({ name, dataTypeID }) => ({
    name: camelName(name),
    converted: dataTypeID === int8 || dataTypeID === timestamptz,
  }));
  // Rows are copies of one that has every column: giving each its columns one by one takes twice as long.
  const empty = Object.fromEntries(columns.map(({ name }) => [name, undefined]));
  const objects = rows.map((values) => {
    const row: Record<string, unknown> = { ...empty };
    let index = 0;
    for (const { name, converted } of columns) {
      const value = values[index];
      row[name] = converted ? readValue(value) : value;
      index += 1;
    }
    return row;
  });
  return { command, rowCount, rows: objects };
}

function readValue(value: unknown): unknown {
  if (typeof value === "string") return Number(value);
  return value instanceof Date ? value.toISOString() : value;
}

/** `camelCase`, computed once for each of the some hundred columns there are. */
function columnNames(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let camel = known.get(name);
    if (camel === undefined) {
      camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      if (known.size < 5_000) known.set(name, camel);
    }
    return camel;
  };
}

/** Renames what a query says; the rows come renamed from `readRows`. */
class CamelCaseQueries extends CamelCasePlugin {
  override async transformResult({
    result,
  }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  }
}

/** Kysely and transactions over a pool they do not own. */
export interface Database {
  /** Each statement commits by itself. */
  readonly kysely: Kysely<Tables>;
  /** Runs `body`, which commits, on one connection; what it throws rolls back. */
  inSession<Result>(body: (session: Session) => Promise<Result>): Promise<Result>;
}

export function createDatabase(pool: pg.Pool): Database {
  const camelName = columnNames();
  const sendOn =
    (client: pg.PoolClient): Send =>
    async (text, values) => {
      const clean = values.map((value) => (typeof value === "string" ? cleanText(value) : value));
      const result = await client.query({ text, values: clean, rowMode: "array" });
      return readRows(result, camelName);
    };
  // It remembers the names it has renamed.
  const plugins = [new CamelCaseQueries()];
  const open = (connect: () => Promise<PostgresPoolClient>): Kysely<Tables> => {
    const own = { options: {}, connect, end: () => pool.end() };
    return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: own }), plugins });
  };
  return {
    kysely: open(async () => {
      const client = await pool.connect();
      return clientOf(sendOn(client), (destroy) => client.release(destroy));
    }),
    inSession: async (body) => {
      const client = await pool.connect();
      const session = new Session(sendOn(client), (send) =>
        open(async () => clientOf(send, () => {})),
      );
      try {
        return await body(session);
      } finally {
        client.release(!(await session.end()));
      }
    },
  };
}

/** A connection as kysely takes one. */
function clientOf(send: Send, release: (destroy?: boolean) => void): PostgresPoolClient {
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== "string") throw new TypeError("this pool opens no cursors");
    return send(text, values);
  }
  return { query, release };
}
