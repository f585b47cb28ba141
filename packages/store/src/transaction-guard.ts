import { AsyncLocalStorage } from "node:async_hooks";

import type pg from "pg";

/** Says whether the calling code runs inside an open transaction of this store. */
export class TransactionGuard {
  readonly #current = new AsyncLocalStorage<{ open: boolean }>();

  /** Runs `work` as the inside of a transaction. What it leaves running is outside again once it has returned. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const mark = { open: true };
    try {
      return await this.#current.run(mark, work);
    } finally {
      mark.open = false;
    }
  }

  /**
   * Throws the bug that would wait for ever on PGlite's one connection: a transaction, or any use of the pool
   * (a DBOS call is one), inside an open transaction.
   */
  assertOutside(doing: string): void {
    if (this.#current.getStore()?.open !== true) return;
    throw new Error(
      `bug: ${doing} inside an open transaction; use the transaction's own scope, or do it after the transaction`,
    );
  }
}

/** Makes every way into the pool refuse callers that are inside a transaction. */
export function guardPool(pool: pg.Pool, guard: TransactionGuard): void {
  const connect = pool.connect.bind(pool);
  function guarded(): Promise<pg.PoolClient>;
  function guarded(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  function guarded(callback?: Parameters<typeof connect>[0]): unknown {
    guard.assertOutside("a connection was asked of the store's pool");
    return callback === undefined ? connect() : connect(callback);
  }
  pool.connect = guarded;
}
