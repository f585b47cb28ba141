import { Client } from "pg";
import type pg from "pg";
import type { OrgId } from "@aomori/contract";

import { LocalFeed } from "./event-feed.ts";

export interface PostgresFeedOptions {
  readonly connection: pg.ClientConfig;
  /** Reads every organisation's newest `seq`; for what a lost notification did not tell. */
  readonly readHeads: () => Promise<readonly { readonly orgId: OrgId; readonly seq: number }[]>;
  readonly pollMs: number;
  readonly onLog: (message: string) => void;
}

const channel = "aomori_events";

/**
 * Hears of commits of other processes: by NOTIFY on a connection of its own, and by a poll for what that misses while
 * it is being made again.
 */
export class PostgresFeed extends LocalFeed {
  readonly #options: PostgresFeedOptions;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresFeedOptions) {
    super();
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.pollMs);
    this.#timer.unref();
    this.#tick();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#turn;
    await this.#client?.end();
    this.#client = undefined;
  }

  /** One turn at a time: connects when there is no connection, then polls. */
  #tick(): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#closed) return;
      try {
        if (this.#client === undefined) await this.#listen();
        if (!this.isHeard) return;
        for (const { orgId, seq } of await this.#options.readHeads()) {
          this.announce({ orgId, lastSeq: seq, events: [] });
        }
      } catch (error) {
        this.#options.onLog(
          `cannot follow the events of other processes, trying again: ${text(error)}`,
        );
      }
    });
  }

  async #listen(): Promise<void> {
    const client = new Client(this.#options.connection);
    const lost = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on("error", (error) => {
      this.#options.onLog(`the connection for notifications was lost: ${error.message}`);
      lost();
    });
    client.on("end", lost);
    client.on("notification", ({ payload }) => this.#hear(payload ?? ""));
    await client.connect();
    await client.query(`listen ${channel}`);
    this.#client = client;
  }

  #hear(payload: string): void {
    const match = /^(org_[0-9a-z]+) ([0-9]+)$/.exec(payload);
    if (match === null) return;
    const orgId: OrgId = `org_${match[1]?.slice("org_".length) ?? ""}`;
    this.announce({ orgId, lastSeq: Number(match[2]), events: [] });
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
