import type { OrgId } from "@aomori/contract";
import { sql } from "kysely";
import type {
  DeleteQueryBuilder,
  DeleteResult,
  Insertable,
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  RawBuilder,
  SelectQueryBuilder,
  UpdateQueryBuilder,
  UpdateResult,
} from "kysely";

import { isoTime } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Tables, TenantTables } from "./tables.ts";

type TenantName = keyof TenantTables;
type Rows<T extends TenantName> = Omit<Insertable<Tables[T]>, "orgId">;

/**
 * The one way to the tables of an organisation. Every builder it hands out is already bound to the organisation's
 * rows, so that a query cannot forget to be.
 */
export class OrgScope {
  readonly orgId: OrgId;
  readonly #database: () => Kysely<Tables>;
  readonly #clock: Clock;

  constructor(database: () => Kysely<Tables>, orgId: OrgId, clock: Clock) {
    this.#database = database;
    this.orgId = orgId;
    this.#clock = clock;
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  /** ISO-8601. */
  get now(): string {
    return isoTime(this.nowMs);
  }

  select<T extends TenantName>(table: T): SelectQueryBuilder<Tables, T, object> {
    return this.#database().selectFrom<TenantName>(table).where(this.#owns(table));
  }

  update<T extends TenantName>(table: T): UpdateQueryBuilder<Tables, T, T, UpdateResult> {
    const query = this.#database().updateTable<TenantName>(table).where(this.#owns(table));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kysely resolves its builder only for a literal table name
    return query as unknown as UpdateQueryBuilder<Tables, T, T, UpdateResult>;
  }

  delete<T extends TenantName>(table: T): DeleteQueryBuilder<Tables, T, DeleteResult> {
    return this.#database().deleteFrom<TenantName>(table).where(this.#owns(table));
  }

  insert<T extends TenantName>(
    table: T,
    rows: Rows<T> | readonly Rows<T>[],
  ): InsertQueryBuilder<Tables, T, InsertResult> {
    const list: readonly Rows<T>[] = Array.isArray(rows) ? rows : [rows];
    const owned = list.map((row) => ({ ...row, orgId: this.orgId }));
    const database = this.#database();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return database.insertInto(table as "specs").values(owned as never) as never;
  }

  /** A statement of one's own; it is given the organisation and must use it. */
  async query<Row>(build: (orgId: OrgId) => RawBuilder<Row>): Promise<Row[]> {
    return (await build(this.orgId).execute(this.#database())).rows;
  }

  #owns(table: TenantName): RawBuilder<boolean> {
    return sql<boolean>`${sql.ref(`${table}.orgId`)} = ${this.orgId}`;
  }
}
