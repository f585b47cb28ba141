import type { CodedError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import type { BrokenLine } from "./line-splitter.ts";
import { LineSplitter } from "./line-splitter.ts";
import { parseTogether } from "./parse-together.ts";
import { brokenLine, malformedLine } from "./reader-errors.ts";
import { StreamRules, mayMatter } from "./stream-rules.ts";

export interface ReadOptions {
  /** A longer line is malformed; 8 MiB when absent. Memory stays within a few times this. */
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
  /** Called with each malformed line, which is then skipped; without it the first one is thrown. */
  readonly onMalformed?: (error: CodedError) => void;
  /** Whether a summary that is not `ok: true` is followed by `UPSTREAM_FAILED`; false when absent. */
  readonly requireOk?: boolean;
}

/** Malformed lines come in their place, as errors, and reading goes on. */
export interface YieldingReadOptions extends Omit<ReadOptions, "onMalformed"> {
  readonly malformed: "yield";
}

/**
 * Reads an AOI stream event by event, in order; unknown types are kept.
 *
 * A stream that opens with the older un-prefixed `meta` is read as if its names were prefixed; one that mixes
 * both is `MIXED_DIALECTS` (validation). Further: `MALFORMED_LINE`, `LINE_TOO_LONG` and `EVENT_AFTER_SUMMARY`
 * (validation, with `details.line`), `STREAM_WITHOUT_SUMMARY` (io) when the input ends early, and with
 * `requireOk` `UPSTREAM_FAILED`, of the category of the stream's first error. An aborted signal throws its
 * reason, also while the source is waiting.
 */
export function readEvents(
  source: AsyncIterable<Uint8Array | string>,
  options: YieldingReadOptions,
): AsyncGenerator<StreamEvent | CodedError, void, undefined>;
export function readEvents(
  source: AsyncIterable<Uint8Array | string>,
  options?: ReadOptions,
): AsyncGenerator<StreamEvent, void, undefined>;
export function readEvents(
  source: AsyncIterable<Uint8Array | string>,
  options: ReadOptions | YieldingReadOptions = {},
): AsyncGenerator<StreamEvent | CodedError, void, undefined> {
  return new EventReader(source, options);
}

type Item = StreamEvent | CodedError;
type Step = IteratorResult<Item, void>;

const defaultMaxLineBytes = 8 * 1024 * 1024;
const linesTogether = 256;
const byteOrderMark = "\ufeff";
const done: Step = { done: true, value: undefined };

/**
 * Written out instead of an async generator, which costs about three times as much per event: the events of a
 * chunk are handed out without waiting for anything.
 */
class EventReader implements AsyncGenerator<Item, void, undefined> {
  readonly #source: AsyncIterable<Uint8Array | string>;
  readonly #lines: LineSplitter;
  readonly #rules: StreamRules;
  readonly #maxLineBytes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #malformed: (error: CodedError) => CodedError | undefined;
  /** Of the lines after `#aheadOf` up to `#aheadUntil`; empty when they are to be parsed one by one. */
  #ahead: readonly unknown[] = [];
  #aheadOf = 0;
  #aheadUntil = 0;
  #chunks: AsyncIterator<Uint8Array | string> | undefined;
  #inputEnded = false;
  #closed = false;
  #waits = false;
  /** The read under way; a `next` that comes before its end waits for it. */
  #reading: Promise<unknown> | undefined;

  constructor(
    source: AsyncIterable<Uint8Array | string>,
    options: ReadOptions | YieldingReadOptions,
  ) {
    const { maxLineBytes = defaultMaxLineBytes, signal, requireOk = false } = options;
    this.#source = source;
    this.#maxLineBytes = maxLineBytes;
    this.#lines = new LineSplitter(maxLineBytes);
    this.#rules = new StreamRules(requireOk);
    this.#signal = signal;
    this.#malformed = policyOf(options);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const isFree = this.#reading === undefined && !this.#closed && this.#signal?.aborted !== true;
    const event = isFree ? this.#takeOrdinary() : undefined;
    return event === undefined
      ? this.#nextWatched()
      : Promise.resolve({ done: false, value: event });
  }

  #nextWatched(): Promise<Step> {
    if (this.#reading !== undefined) return this.#queue(() => this.#step());
    try {
      const step = this.#ready();
      if (step !== undefined) return Promise.resolve(step);
    } catch (error) {
      return this.#hold(this.#fail(error));
    }
    return this.#hold(this.#read());
  }

  return(): Promise<Step> {
    return this.#queue(() => this.#close().then(() => done));
  }

  throw(error: unknown): Promise<Step> {
    return this.#queue(() => this.#fail(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The next event, if it is already here and nothing else has to be known of it; otherwise its line stays. */
  #takeOrdinary(): StreamEvent | undefined {
    const line = this.#lines.peek();
    if (typeof line !== "string" || !this.#rules.isOrdinary) return undefined;
    try {
      const value: unknown = this.#parsedAhead() ?? JSON.parse(line);
      if (!isEvent(value) || mayMatter(value.type)) return undefined;
      this.#lines.take();
      return value;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** The value of the next line, if it was parsed together with others. */
  #parsedAhead(): unknown {
    const { number } = this.#lines;
    if (number >= this.#aheadUntil) {
      const lines = this.#lines.peekMany(linesTogether);
      this.#ahead = parseTogether(lines);
      this.#aheadOf = number;
      this.#aheadUntil = number + lines.length;
    }
    return this.#ahead[number - this.#aheadOf];
  }

  async #step(): Promise<Step> {
    try {
      return this.#ready() ?? (await this.#read());
    } catch (error) {
      return this.#fail(error);
    }
  }

  #ready(): Step | undefined {
    if (this.#closed) return done;
    if (this.#signal?.aborted === true) throw this.#signal.reason;
    const item = this.#take();
    return item === undefined ? undefined : { done: false, value: item };
  }

  /** The next event of what is already here. */
  #take(): Item | undefined {
    for (;;) {
      const line = this.#lines.take() ?? (this.#inputEnded ? this.#lines.finish() : undefined);
      if (line === undefined) return undefined;
      const item = this.#parse(line);
      if (item !== undefined) return item;
    }
  }

  #parse(line: string | BrokenLine): Item | undefined {
    const { number } = this.#lines;
    if (typeof line !== "string") {
      return this.#malformed(brokenLine(line.problem, number, this.#maxLineBytes));
    }
    const text = number === 1 && line.startsWith(byteOrderMark) ? line.slice(1) : line;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return text.trim() === "" ? undefined : this.#malformed(malformedLine(text, number, error));
    }
    if (!isEvent(value)) return this.#malformed(malformedLine(text, number, undefined));
    const event = this.#rules.admit(value, number);
    if (event === value) return event;
    return event instanceof Error ? this.#malformed(event) : event;
  }

  async #read(): Promise<Step> {
    try {
      while (!this.#inputEnded) {
        const chunk = await this.#nextChunk();
        if (chunk === undefined) this.#inputEnded = true;
        else this.#lines.add(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
        const item = this.#take();
        if (item !== undefined) return { done: false, value: item };
      }
      this.#closed = true;
      this.#rules.end(this.#lines.number);
      return done;
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #nextChunk(): Promise<Uint8Array | string | undefined> {
    this.#chunks ??= this.#source[Symbol.asyncIterator]();
    const next = this.#chunks.next();
    this.#waits = true;
    const step = await (this.#signal === undefined ? next : orAborted(next, this.#signal));
    this.#waits = false;
    return step.done === true ? undefined : step.value;
  }

  async #fail(error: unknown): Promise<never> {
    await this.#close();
    throw error;
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#inputEnded) return;
    const chunks = this.#chunks ?? this.#source[Symbol.asyncIterator]();
    if (!this.#waits) {
      await chunks.return?.();
      return;
    }
    // What waits for its next chunk answers `return` only after that; a Node stream is closed at once.
    const source: object = this.#source;
    if ("destroy" in source && typeof source.destroy === "function") source.destroy();
    chunks.return?.().catch(closedUnheard);
  }

  #hold(reading: Promise<Step>): Promise<Step> {
    const held = reading.finally(() => {
      if (this.#reading === held) this.#reading = undefined;
    });
    this.#reading = held;
    return held;
  }

  #queue(step: () => Promise<Step>): Promise<Step> {
    return this.#hold(this.#reading === undefined ? step() : this.#reading.then(step, step));
  }
}

/** A source that fails while it is closed has nobody left to tell: what the reading ended with is told already. */
function closedUnheard(): void {}

function policyOf(
  options: ReadOptions | YieldingReadOptions,
): (error: CodedError) => CodedError | undefined {
  if ("malformed" in options) return (error) => error;
  const { onMalformed } = options;
  return (error) => {
    if (onMalformed === undefined) throw error;
    onMalformed(error);
    return undefined;
  };
}

function isEvent(value: unknown): value is StreamEvent {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

function orAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    const settle = (): void => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort, { once: true });
    pending.then(resolve, reject).finally(settle);
  });
}
