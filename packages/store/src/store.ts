import type { OrgId, RandomBytes } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely } from "kysely";
import type pg from "pg";

import type { Backend } from "./backend.ts";
import type { Clock } from "./clock.ts";
import { createDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import type { EventFeed } from "./event-feed.ts";
import { markCarriedOut } from "./queries/carried-out.ts";
import type { IdempotencyClaimName } from "./queries/carried-out.ts";
import { OrgScope } from "./scope.ts";
import { sqlStateOf } from "./sql-state.ts";
import type { Tables } from "./tables.ts";
import { OrgTransaction } from "./transaction.ts";
import type { Fence } from "./closing-statement.ts";

export interface StoreParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Times a transaction is run again when Postgres broke a deadlock by ending it. */
const deadlockRetries = 5;
/** serialization_failure and deadlock_detected (PostgreSQL, appendix A, class 40). */
const retriedStates: readonly string[] = ["40001", "40P01"];

/** A request with an idempotency key that is being carried out. */
interface Claim {
  readonly orgId: OrgId;
  readonly name: IdempotencyClaimName;
  marked: boolean;
}

let readDatabase: (store: Store) => Kysely<Tables>;

/** Every organisation's rows: for the `allOrganizations…` functions and whole-store work of this package alone. */
export const databaseOf = (store: Store): Kysely<Tables> => readDatabase(store);

/** The open store: one pool, every organisation's rows behind a scope, changes with their events in one transaction. */
export class Store implements AsyncDisposable {
  readonly kind: Backend["kind"];
  /** The one pool, also for DBOS. It throws for callers inside an open transaction. */
  readonly pool: pg.Pool;
  readonly events: EventFeed;
  readonly clock: Clock;
  readonly #database: Database;
  readonly #backend: Backend;
  readonly #randomBytes: RandomBytes;
  readonly #claims = new AsyncLocalStorage<Claim>();
  #fence: Fence | undefined;

  static {
    readDatabase = (store) => store.#database.kysely;
  }

  constructor({ backend, clock, randomBytes }: StoreParts) {
    this.kind = backend.kind;
    this.pool = backend.pool;
    this.events = backend.feed;
    this.clock = clock;
    this.#database = createDatabase(backend.pool);
    this.#backend = backend;
    this.#randomBytes = randomBytes;
  }

  /** An organisation's rows as they are committed. */
  scope(orgId: OrgId): OrgScope {
    return new OrgScope(() => this.#database.kysely, orgId, this.clock);
  }

  /** From now on a transaction fails with LEASE_LOST once another process has taken this worker's name. */
  fenceWith(fence: Fence | undefined): void {
    this.#fence = fence;
  }

  /**
   * Runs `work` in a transaction and commits its changes together with the events it emitted; what it throws rolls
   * both back. It may be run again after a deadlock, so it changes nothing outside the store. Inside it only the
   * given scope may be used: anything else that needs the pool throws.
   */
  async transaction<Result>(
    orgId: OrgId,
    work: (transaction: OrgTransaction) => Promise<Result>,
  ): Promise<Result> {
    this.#backend.guard.assertOutside("store.transaction was called");
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(orgId, work);
      } catch (error) {
        if (attempt >= deadlockRetries || !isRetried(error)) throw told(error);
      }
    }
  }

  /** Runs `work` for a claimed key: the first change it makes is committed together with the note that it was made. */
  carryOut<Result>(
    orgId: OrgId,
    name: IdempotencyClaimName,
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#claims.run({ orgId, name, marked: false }, work);
  }

  async close(): Promise<void> {
    await this.#backend.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #attempt<Result>(
    orgId: OrgId,
    work: (transaction: OrgTransaction) => Promise<Result>,
  ): Promise<Result> {
    const { guard, feed, kind } = this.#backend;
    const claim = this.#unmarkedClaim(orgId);
    const { result, events } = await this.#database.inSession(async (session) => {
      const scope = new OrgTransaction(session, orgId, {
        clock: this.clock,
        randomBytes: this.#randomBytes,
        fence: this.#fence,
      });
      const result = await guard.run(() => work(scope));
      const effect = scope.firstSummary;
      if (claim !== undefined && effect !== undefined) markCarriedOut(scope, claim.name, effect);
      return { result, events: await scope.commit(kind) };
    });
    this.#backend.noteCommit();
    const lastSeq = events.at(-1)?.seq;
    if (lastSeq !== undefined) {
      feed.announce({ orgId, lastSeq, events });
      if (claim !== undefined) claim.marked = true;
    }
    return result;
  }

  #unmarkedClaim(orgId: OrgId): Claim | undefined {
    const claim = this.#claims.getStore();
    return claim?.orgId === orgId && !claim.marked ? claim : undefined;
  }
}

/** PostgreSQL's disk_full (appendix A, class 53), as every other part says it. */
function told(error: unknown): unknown {
  if (sqlStateOf(error) !== "53100") return error;
  const message = `the store cannot grow: the disk is full; free some space: ${String(error)}`;
  return new UserError("io", "DISK_FULL", message, { cause: error });
}

function isRetried(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && retriedStates.includes(state);
}
