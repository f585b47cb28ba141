import type { Kysely } from "kysely";

import type { Tables } from "./tables.ts";

export interface SendResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Sends one statement. */
export type Send = (text: string, values: readonly unknown[]) => Promise<SendResult>;

/**
 * One connection for one transaction. `begin` goes out with the first statement that is not the last one too: a
 * transaction of one statement is that statement alone, and commits by itself.
 */
export class Session {
  readonly #send: Send;
  readonly #open: (send: Send) => Kysely<Tables>;
  #database: Kysely<Tables> | undefined;
  #begun: Promise<unknown> | undefined;
  #isOver = false;
  #before: () => Promise<void> = async () => {};

  /** `open` makes the database whose statements go through what it is given. */
  constructor(send: Send, open: (send: Send) => Kysely<Tables>) {
    this.#send = send;
    this.#open = open;
  }

  /** Made when it is asked for: many transactions only put changes off. */
  get database(): Kysely<Tables> {
    this.#database ??= this.#open(async (text, values) => {
      await this.#before();
      return this.send(text, values);
    });
    return this.#database;
  }

  /** Awaited before each statement of `database`. */
  set before(before: () => Promise<void>) {
    this.#before = before;
  }

  /** Sends a statement inside the transaction, without waiting for `before`. */
  async send(text: string, values: readonly unknown[]): Promise<SendResult> {
    if (this.#isOver) throw new Error("bug: a transaction was used after its end");
    this.#begun ??= this.#send("begin", []);
    await this.#begun;
    return this.#send(text, values);
  }

  /** Sends the last statement and commits. */
  async sendLast(text: string, values: readonly unknown[]): Promise<SendResult> {
    const isOnly = this.#begun === undefined;
    const result = await (isOnly ? this.#send(text, values) : this.send(text, values));
    await this.commit();
    return result;
  }

  async commit(): Promise<void> {
    if (this.#begun !== undefined) await this.#commitBegun();
    this.#isOver = true;
  }

  /** Undoes what was sent; what is sent after it is another transaction. */
  async rollback(): Promise<void> {
    if (this.#begun === undefined) return;
    this.#begun = undefined;
    await this.#send("rollback", []);
  }

  /** Undoes what is not committed and ends the session; says whether the connection can be used again. */
  async end(): Promise<boolean> {
    const wasOver = this.#isOver;
    this.#isOver = true;
    if (wasOver) return true;
    return this.rollback().then(
      () => true,
      () => false,
    );
  }

  async #commitBegun(): Promise<void> {
    const { command } = await this.#send("commit", []);
    // So PostgreSQL answers where an earlier statement had failed.
    if (command !== "ROLLBACK") return;
    throw new Error("the transaction was rolled back: one of its statements had failed");
  }
}
