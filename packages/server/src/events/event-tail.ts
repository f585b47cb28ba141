import type { OrgId } from "@aomori/contract";
import type { EventFilter, EventRecord, EventSource } from "../ports.ts";
import { filterKey, matchesFilter } from "./event-filter.ts";
import { eventFrame } from "./frames.ts";

const pageSize = 500;
const ringLimitEvents = 2_000;
const ringLimitChars = 8 * 1024 * 1024;

interface Framed {
  readonly seq: number;
  readonly event: EventRecord;
  readonly frame: string;
}

/** A reader that is up to date. `cursor` is the last seq it has been given or passed over; it moves after `send`. */
export interface LiveReader {
  readonly filter: EventFilter;
  cursor: number;
  /** Must not throw. */
  send(bytes: Buffer): void;
}

interface Group {
  readonly filter: EventFilter;
  readonly readers: Set<LiveReader>;
}

/**
 * The newest events of one organisation, read once from the source and framed once for all readers. Readers of
 * one filter share one buffer. Since seq order is commit order, a page read behind `position` is complete.
 */
export class EventTail {
  readonly #source: EventSource;
  readonly #orgId: OrgId;
  readonly #onFailure: (error: unknown) => void;
  readonly #groups = new Map<string, Group>();
  #ring: Framed[] = [];
  #ringChars = 0;
  #unsubscribe: (() => void) | undefined;
  #position = 0;
  /** Every event behind this seq, up to `position`, is in the ring. */
  #floor = 0;
  #woken = false;
  #pumping = false;
  #closed = false;

  constructor(source: EventSource, orgId: OrgId, onFailure: (error: unknown) => void) {
    this.#source = source;
    this.#orgId = orgId;
    this.#onFailure = onFailure;
  }

  get position(): number {
    return this.#position;
  }

  /** Subscribes before it asks for the newest seq, so that no commit falls between the two. */
  async open(): Promise<void> {
    this.#pumping = true;
    this.#unsubscribe = this.#source.subscribe(this.#orgId, () => this.wake());
    try {
      this.#position = await this.#source.newestSeq(this.#orgId);
      this.#floor = this.#position;
    } finally {
      this.#pumping = false;
    }
    if (this.#woken) this.wake();
  }

  wake(): void {
    this.#woken = true;
    if (!this.#pumping && !this.#closed) void this.#pump();
  }

  /**
   * Makes a reader live when the ring reaches back to its cursor, giving it what it lacks in the same turn:
   * nothing can come between. `false` when it must read more from the source first.
   */
  join(reader: LiveReader): boolean {
    if (reader.cursor < this.#floor) return false;
    this.#give(reader, this.#ring);
    const key = filterKey(reader.filter);
    const group = this.#groups.get(key) ?? { filter: reader.filter, readers: new Set() };
    group.readers.add(reader);
    this.#groups.set(key, group);
    return true;
  }

  leave(reader: LiveReader): void {
    const key = filterKey(reader.filter);
    const group = this.#groups.get(key);
    group?.readers.delete(reader);
    if (group?.readers.size === 0) this.#groups.delete(key);
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe?.();
    this.#groups.clear();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#woken && !this.#closed) {
        this.#woken = false;
        const read = { after: this.#position, filter: {}, limit: pageSize };
        const events = await this.#source.read(this.#orgId, read);
        if (events.length > 0 && !this.#closed) this.#deliver(events);
        if (events.length === pageSize) this.#woken = true;
      }
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#pumping = false;
    }
  }

  #deliver(events: readonly EventRecord[]): void {
    const page = events.map((event) => ({ seq: event.seq, event, frame: eventFrame(event) }));
    const first = page[0]?.seq ?? 0;
    this.#position = page.at(-1)?.seq ?? this.#position;
    this.#remember(page);
    for (const group of this.#groups.values()) {
      const shared = framesFor(group.filter, page);
      for (const reader of group.readers) {
        if (reader.cursor >= first) {
          this.#give(reader, page);
          continue;
        }
        if (shared !== undefined) reader.send(shared);
        reader.cursor = this.#position;
      }
    }
  }

  /** Gives one reader what it lacks of `page`. */
  #give(reader: LiveReader, page: readonly Framed[]): void {
    const missing = page.filter((framed) => framed.seq > reader.cursor);
    const bytes = framesFor(reader.filter, missing);
    if (bytes !== undefined) reader.send(bytes);
    reader.cursor = Math.max(reader.cursor, this.#position);
  }

  #remember(page: readonly Framed[]): void {
    this.#ring.push(...page);
    for (const { frame } of page) this.#ringChars += frame.length;
    let drop = 0;
    while (this.#ring.length - drop > ringLimitEvents || this.#ringChars > ringLimitChars) {
      const oldest = this.#ring[drop];
      if (oldest === undefined) break;
      this.#ringChars -= oldest.frame.length;
      this.#floor = oldest.seq;
      drop += 1;
    }
    if (drop > 0) this.#ring = this.#ring.slice(drop);
  }
}

function framesFor(filter: EventFilter, page: readonly Framed[]): Buffer | undefined {
  let text = "";
  for (const { event, frame } of page) if (matchesFilter(event, filter)) text += frame;
  return text === "" ? undefined : Buffer.from(text);
}
