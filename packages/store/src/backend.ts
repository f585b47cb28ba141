import type { LocalFeed } from "./event-feed.ts";
import type { TransactionGuard } from "./transaction-guard.ts";
import type pg from "pg";

/** What a store stands on: PGlite on disk, or the user's PostgreSQL. */
export interface Backend {
  readonly kind: "pglite" | "postgres";
  /** Guarded: it refuses callers inside a transaction. */
  readonly pool: pg.Pool;
  readonly guard: TransactionGuard;
  readonly feed: LocalFeed;
  /** Called after each of our commits; returns at once. */
  noteCommit(): void;
  close(): Promise<void>;
}
