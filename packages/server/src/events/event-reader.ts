import type { ServerResponse } from "node:http";
import type { OrgId } from "@aomori/contract";
import type { EventFilter, EventSource } from "../ports.ts";
import type { EventTail, LiveReader } from "./event-tail.ts";
import { cursorFrame, cutFrame, eventFrame, heartbeatFrame } from "./frames.ts";
import type { CutReason } from "./frames.ts";

const pageSize = 200;
/** How long a reader that was cut may take to fetch its last record, and one that replays to take a page. */
const patienceMs = 10_000;

export interface ReaderOptions {
  readonly orgId: OrgId;
  readonly filter: EventFilter;
  readonly cursor: number;
  /** Bytes that may wait in this reader's socket before it is cut. */
  readonly bufferLimitBytes: number;
}

/** One client of the stream: first it replays from the source at its own pace, then it is fed by the tail. */
export class EventReader implements LiveReader {
  readonly filter: EventFilter;
  readonly #orgId: OrgId;
  readonly #response: ServerResponse;
  readonly #bufferLimitBytes: number;
  cursor: number;
  #over = false;

  constructor(response: ServerResponse, options: ReaderOptions) {
    this.#response = response;
    this.#orgId = options.orgId;
    this.filter = options.filter;
    this.cursor = options.cursor;
    this.#bufferLimitBytes = options.bufferLimitBytes;
  }

  get over(): boolean {
    return this.#over || this.#response.destroyed;
  }

  onClose(listener: () => void): void {
    if (this.#response.destroyed) listener();
    else this.#response.once("close", listener);
  }

  open(): void {
    this.#response.write(`retry: 1000\n${cursorFrame(this.cursor)}`);
  }

  send(bytes: Buffer | string): void {
    if (this.over) return;
    if (this.#response.writableLength > this.#bufferLimitBytes) return this.cut("slow_reader");
    this.#response.write(bytes);
  }

  heartbeat(): void {
    this.send(heartbeatFrame(this.cursor));
  }

  /** Ends the stream with the cursor to resume behind; a client that does not read even that is dropped. */
  cut(reason: CutReason): void {
    if (this.over) return;
    this.#over = true;
    this.#response.end(cutFrame(this.cursor, reason));
    this.#dropLater();
  }

  end(): void {
    if (this.over) return;
    this.#over = true;
    this.#response.end(cursorFrame(this.cursor));
    this.#dropLater();
  }

  /** Breaks the connection, so that the client comes back with its cursor. */
  drop(): void {
    this.#over = true;
    this.#response.destroy();
  }

  #dropLater(): void {
    const timer = setTimeout(() => this.#response.destroy(), patienceMs);
    timer.unref();
    this.#response.once("close", () => clearTimeout(timer));
  }

  /** Sends what the source has behind the cursor and joins the tail; without a tail, ends at the newest. */
  async run(source: EventSource, tail: EventTail | undefined): Promise<void> {
    while (!this.over) {
      if (tail?.join(this) === true) return;
      const coveredAtLeast = tail?.position ?? 0;
      const read = { after: this.cursor, filter: this.filter, limit: pageSize };
      const events = await source.read(this.#orgId, read);
      if (this.over) return;
      const last = events.at(-1)?.seq ?? this.cursor;
      const complete = events.length < pageSize;
      this.cursor = complete ? Math.max(last, coveredAtLeast) : last;
      if (events.length > 0) await this.#writePage(events.map(eventFrame).join(""));
      if (complete && tail === undefined) return this.end();
    }
  }

  async #writePage(text: string): Promise<void> {
    if (this.#response.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#response.off("drain", done).off("close", done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.cut("slow_reader");
        done();
      }, patienceMs);
      this.#response.once("drain", done).once("close", done);
    });
  }
}
