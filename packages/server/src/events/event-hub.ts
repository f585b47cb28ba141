import type { OrgId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import type { EventSource, Log } from "../ports.ts";
import type { EventReader } from "./event-reader.ts";
import { EventTail } from "./event-tail.ts";

export interface EventHubOptions {
  readonly source: EventSource;
  readonly log: Log;
  readonly heartbeatMs: number;
}

interface Channel {
  readonly tail: EventTail;
  readonly opened: Promise<void>;
  readonly readers: Set<EventReader>;
  /** Requests between asking for the channel and having a reader in it. */
  waiting: number;
}

/** All open streams: one tail per organisation that has a reader, one timer for all heartbeats. */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #channels = new Map<OrgId, Channel>();
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs);
    this.#heartbeat.unref();
  }

  get readerCount(): number {
    let count = 0;
    for (const { readers } of this.#channels.values()) count += readers.size;
    return count;
  }

  /**
   * Starts a reader behind `after`, or from now on, and feeds it until `onClose` says that its connection
   * ended. Throws EVENT_CURSOR_AHEAD for a cursor that this store never gave.
   */
  async follow(
    orgId: OrgId,
    after: number | undefined,
    start: (cursor: number) => EventReader,
  ): Promise<void> {
    const channel = this.#channel(orgId);
    channel.waiting += 1;
    try {
      await channel.opened;
      const cursor = after ?? channel.tail.position;
      if (cursor > channel.tail.position) await this.checkCursor(orgId, cursor);
      this.#feed(orgId, channel, start(cursor));
    } finally {
      channel.waiting -= 1;
      this.#forgetIdle(orgId, channel);
    }
  }

  /** Sends what there is behind the cursor and ends at the newest event. */
  async replay(orgId: OrgId, after: number, start: (cursor: number) => EventReader): Promise<void> {
    await this.checkCursor(orgId, after);
    const reader = start(after);
    await reader.run(this.#options.source, undefined).catch((error: unknown) => {
      this.#breakOff(reader, error);
    });
  }

  async checkCursor(orgId: OrgId, cursor: number): Promise<void> {
    const newest = await this.#options.source.newestSeq(orgId);
    if (cursor <= newest) return;
    throw new UserError(
      "validation",
      "EVENT_CURSOR_AHEAD",
      `after ${cursor} is ahead of the newest event, ${newest}; start again from ${newest} or from 0`,
      { details: { newest } },
    );
  }

  #feed(orgId: OrgId, channel: Channel, reader: EventReader): void {
    channel.readers.add(reader);
    reader.onClose(() => {
      channel.tail.leave(reader);
      channel.readers.delete(reader);
      this.#forgetIdle(orgId, channel);
    });
    if (this.#closed) return reader.cut("server_closing");
    reader.run(this.#options.source, channel.tail).catch((error: unknown) => {
      this.#breakOff(reader, error);
    });
  }

  #breakOff(reader: EventReader, error: unknown): void {
    this.#options.log({ level: "error", message: "an event stream broke off", error });
    reader.drop();
  }

  /** Ends every stream with the cursor to resume behind. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    for (const { readers, tail } of this.#channels.values()) {
      tail.close();
      for (const reader of readers) reader.cut("server_closing");
    }
    this.#channels.clear();
  }

  #channel(orgId: OrgId): Channel {
    const known = this.#channels.get(orgId);
    if (known !== undefined) return known;
    const tail = new EventTail(this.#options.source, orgId, (error) => this.#fail(orgId, error));
    const opened = tail.open();
    const channel: Channel = { tail, opened, readers: new Set(), waiting: 0 };
    this.#channels.set(orgId, channel);
    opened.catch(() => this.#forget(orgId, channel));
    return channel;
  }

  #fail(orgId: OrgId, error: unknown): void {
    this.#options.log({ level: "error", message: `events of ${orgId} cannot be read`, error });
    const channel = this.#channels.get(orgId);
    if (channel === undefined) return;
    this.#forget(orgId, channel);
    for (const reader of channel.readers) reader.drop();
  }

  #forgetIdle(orgId: OrgId, channel: Channel): void {
    if (channel.readers.size === 0 && channel.waiting === 0) this.#forget(orgId, channel);
  }

  #forget(orgId: OrgId, channel: Channel): void {
    channel.tail.close();
    if (this.#channels.get(orgId) === channel) this.#channels.delete(orgId);
  }

  /** A heartbeat also looks for events, should a wake-up have been lost. */
  #beat(): void {
    for (const { tail, readers } of this.#channels.values()) {
      tail.wake();
      for (const reader of readers) reader.heartbeat();
    }
  }
}
