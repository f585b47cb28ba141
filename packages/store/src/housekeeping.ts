import type pg from "pg";

const firstAfterCommits = 200;
const laterAfterCommits = 1_000;

/** As PostgreSQL's own autovacuum: some rows and a part of the table (autovacuum_analyze_* and _vacuum_*). */
const due = `
  select format('%I.%I', schemaname, relname) as name, n_dead_tup > 50 + 0.2 * n_live_tup as dead
  from pg_stat_user_tables
  where n_mod_since_analyze > 50 + 0.1 * n_live_tup or n_dead_tup > 50 + 0.2 * n_live_tup`;

/**
 * Does for PGlite, which has no background processes, what autovacuum does for a server: keeps the planner's statistics
 * true and dead rows few. Table by table, with the connection free for others in between.
 */
export class Housekeeping {
  readonly #pool: pg.Pool;
  readonly #onLog: (message: string) => void;
  #commits = 0;
  #dueAfter = firstAfterCommits;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(pool: pg.Pool, onLog: (message: string) => void) {
    this.#pool = pool;
    this.#onLog = onLog;
  }

  /** Returns at once; what becomes due runs by itself. */
  noteCommit(): void {
    this.#commits += 1;
    if (this.#closed || this.#running !== undefined || this.#commits < this.#dueAfter) return;
    this.#commits = 0;
    this.#dueAfter = laterAfterCommits;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for the table at hand, no longer. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      // Counts of changes reach the view at most once a second otherwise: a quick start would look as if nothing had changed.
      await this.#pool.query("select pg_stat_force_next_flush()");
      const { rows } = await this.#pool.query<{ name: string; dead: boolean }>(due);
      for (const { name, dead } of rows) {
        if (this.#closed) return;
        await this.#pool.query(`${dead ? "vacuum (analyze)" : "analyze"} ${name}`);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#onLog(`the store's statistics were not brought up to date: ${message}`);
    }
  }
}
