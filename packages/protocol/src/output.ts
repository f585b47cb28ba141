import { closedPipeExitCode, exitCodes } from "./exit-codes.ts";
import { monotonicMs } from "./monotonic-ms.ts";

/** Why nothing more can be written: the reader went away, or the write itself failed. */
export interface OutputFailure {
  readonly kind: "closed" | "failed";
  /** 141 for a closed reader, 74 otherwise. */
  readonly exitCode: number;
  readonly cause: Error;
}

/**
 * The one writer of a file descriptor: a queue that is written in batches and can be drained synchronously.
 *
 * Its promises never reject: after a failure everything is dropped and `failure` says why. Into a pipe or a
 * socket it writes whole lines in pieces that the kernel takes whole or not at all, so that even a writer killed
 * by SIGKILL leaves no torn line of up to 4096 bytes (POSIX PIPE_BUF on Linux).
 */
export interface Output {
  /** Queues text; resolves when more may be written. Not awaited beyond 8 MiB queued, it blocks instead of growing. */
  write(text: string): Promise<void>;
  /** The same for finished UTF-8; the bytes are copied, so who gave them may use them again. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything queued so far has been handed to the kernel, or the output failed. */
  flush(): Promise<void>;
  /** Blocks until everything is written; false when `deadlineMs` (of `performance.now()`) passed first or the output failed. */
  flushSync(deadlineMs?: number): boolean;
  readonly failure: OutputFailure | undefined;
  /** Calls once with the failure, at once when there is one already; returns the way to stop listening. */
  onFailure(listener: (failure: OutputFailure) => void): () => void;
  /** Calls with true before `write` blocks because nobody awaited it, and with false after; returns the way to stop listening. */
  readonly onBlocking?: (listener: (isBlocking: boolean) => void) => () => void;
}

export interface OutputOptions {
  readonly fd: number;
  /**
   * Text is written when this much waits, when the event loop comes round, and when nothing was for 10 ms: at the
   * next write, or one of three more where they came fast before.
   */
  readonly batchLength?: number;
  readonly maxQueuedLength?: number;
}

/** Node only; the module itself imports nothing of Node, so that a browser can load this package. */
export function createOutput(options: OutputOptions): Output {
  return new DescriptorOutput(options);
}

interface Chunk {
  readonly bytes: Buffer<ArrayBuffer>;
  start: number;
  end: number;
}

const nothing: Promise<void> = Promise.resolve();
/** Every pipe takes this much at once; a first small answer never pays for non-blocking mode. */
const alwaysRoomBytes = 4096;
/** PIPE_BUF of Linux: a write of up to so much into a pipe happens whole or not at all. */
const atomicBytes = 4096;
const idleFlushMs = 10;
/** While writes follow each other this fast, only every fourth looks at the clock. */
const fastMs = 0.5;
const untimedWrites = 3;
/** A producer that awaits every event lets the event loop come round this often: for signals soon enough, and not for every batch. */
const busyMs = 2;
const retryPauseMs = 0.2;
const spinAttempts = 5;
const newline = 0x0a;
const closedCodes: readonly unknown[] = ["EPIPE", "ECONNRESET", "ENOTCONN", "ESHUTDOWN"];

class DescriptorOutput implements Output {
  readonly #fs = process.getBuiltinModule("node:fs");
  readonly #fd: number;
  readonly #batchLength: number;
  readonly #maxQueuedLength: number;
  readonly #encoder = new TextEncoder();
  readonly #listeners = new Set<(failure: OutputFailure) => void>();
  readonly #blockingListeners = new Set<(isBlocking: boolean) => void>();
  #pending = "";
  /** Encoded and not yet written, oldest first. */
  readonly #queue: Chunk[] = [];
  #queuedBytes = 0;
  /** Buffers to use again, as many as were ever queued: new ones would wait for the collector while the process grows. */
  readonly #free: Buffer<ArrayBuffer>[] = [];
  #writtenBytes = 0;
  #failure: OutputFailure | undefined;
  #mode: "unknown" | "blocking" | "non-blocking" = "unknown";
  #isPipe = false;
  /** Set while the descriptor takes no more; resolves when the queue is empty. */
  #stall: PromiseWithResolvers<void> | undefined;
  /** Set while something waits for the event loop to come round; resolves then. */
  #turn: Promise<void> | undefined;
  #flushedAtMs = 0;
  /** When the first batch was written since the event loop came round; 0 when none was. */
  #busySinceMs = 0;
  /** So many writes may still come without a look at the clock, which takes as long as a tenth of an event. */
  #untimed = 0;
  #timedAtMs = 0;
  #attempts = 0;

  constructor(options: OutputOptions) {
    this.#fd = options.fd;
    this.#batchLength = options.batchLength ?? 32 * 1024;
    this.#maxQueuedLength = options.maxQueuedLength ?? 8 * 1024 * 1024;
  }

  get failure(): OutputFailure | undefined {
    return this.#failure;
  }

  write(text: string): Promise<void> {
    if (this.#failure !== undefined) return nothing;
    this.#pending += text;
    return this.#writeWhenDue(this.#pending.length);
  }

  writeBytes(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return nothing;
    this.#encode();
    this.#copy(bytes);
    return this.#writeWhenDue(this.#queuedBytes);
  }

  #writeWhenDue(waitingLength: number): Promise<void> {
    if (this.#stall !== undefined) return this.#writeStalled(this.#stall.promise);
    this.#turn ??= this.#nextTurn();
    if (this.#untimed > 0 && waitingLength < this.#batchLength) {
      this.#untimed -= 1;
      return nothing;
    }
    const nowMs = monotonicMs();
    this.#untimed = nowMs - this.#timedAtMs < fastMs ? untimedWrites : 0;
    this.#timedAtMs = nowMs;
    // The first batch waits for the rest of it.
    if (this.#flushedAtMs === 0) this.#flushedAtMs = nowMs;
    const isDue = nowMs - this.#flushedAtMs >= idleFlushMs;
    if (!isDue && waitingLength < this.#batchLength) return nothing;
    this.#flushedAtMs = nowMs;
    if (!this.#push()) return this.#stalled();
    if (this.#busySinceMs === 0) this.#busySinceMs = nowMs;
    return nowMs - this.#busySinceMs < busyMs ? nothing : this.#turn;
  }

  flush(): Promise<void> {
    if (this.#push()) return nothing;
    return this.#stalled();
  }

  flushSync(deadlineMs?: number): boolean {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (!this.#push()) {
      if (deadlineMs !== undefined && performance.now() >= deadlineMs) return false;
      Atomics.wait(sleeper, 0, 0, 1);
    }
    this.#release();
    return this.#failure === undefined;
  }

  onFailure(listener: (failure: OutputFailure) => void): () => void {
    if (this.#failure === undefined) this.#listeners.add(listener);
    else listener(this.#failure);
    return () => this.#listeners.delete(listener);
  }

  onBlocking(listener: (isBlocking: boolean) => void): () => void {
    this.#blockingListeners.add(listener);
    return () => this.#blockingListeners.delete(listener);
  }

  #block(): void {
    for (const listener of this.#blockingListeners) listener(true);
    this.flushSync();
    for (const listener of this.#blockingListeners) listener(false);
  }

  #writeStalled(stall: Promise<void>): Promise<void> {
    if (this.#pending.length >= this.#batchLength) {
      this.#encode();
      // A producer that never waits gives the event loop no turn to write in.
      if (this.#push()) this.#release();
    }
    if (this.#queuedBytes > this.#maxQueuedLength) this.#block();
    return this.#stall === undefined ? nothing : stall;
  }

  /** Until the event loop comes round everything is one batch, for 10 ms at most: a producer may compute without a pause. */
  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        this.#busySinceMs = 0;
        if (this.#stall === undefined && !this.#push()) void this.#stalled();
        resolve();
      });
    });
  }

  #stalled(): Promise<void> {
    if (this.#stall === undefined) {
      this.#stall = Promise.withResolvers();
      this.#attempts = 0;
      this.#retryLater();
    }
    return this.#stall.promise;
  }

  /** A reader that keeps up is asked again soon, a slow one every few milliseconds. A refused write is dear. */
  #retryLater(): void {
    const notBeforeMs = performance.now() + retryPauseMs;
    const retry = (): void => {
      if (this.#stall === undefined) return;
      if (performance.now() < notBeforeMs) {
        setImmediate(retry);
        return;
      }
      const writtenBefore = this.#writtenBytes;
      if (this.#push()) {
        this.#release();
        return;
      }
      this.#attempts = this.#writtenBytes > writtenBefore ? 0 : this.#attempts + 1;
      this.#retryLater();
    };
    if (this.#attempts < spinAttempts) setImmediate(retry);
    else setTimeout(retry, Math.min(5, this.#attempts - spinAttempts + 1));
  }

  #release(): void {
    this.#stall?.resolve();
    this.#stall = undefined;
  }

  /** Hands over what the descriptor takes now; true when nothing is left (or nothing can be written any more). */
  #push(): boolean {
    while (this.#failure === undefined) {
      if (this.#queue.length === 0 && this.#pending !== "") this.#encode();
      const [chunk] = this.#queue;
      if (chunk === undefined) return true;
      try {
        this.#chooseMode(chunk.end - chunk.start);
        const end = this.#isPipe ? atomicEnd(chunk) : chunk.end;
        const count = this.#fs.writeSync(this.#fd, chunk.bytes, chunk.start, end - chunk.start);
        this.#advance(chunk, count);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EAGAIN") return false;
        if (code !== "EINTR") this.#fail(error, code);
      }
    }
    return true;
  }

  /** A batch fits into one buffer whatever its characters, so that no short line is cut between two. */
  #encode(): void {
    while (this.#pending !== "") {
      const bytes = this.#newBuffer();
      const { read, written } = this.#encoder.encodeInto(this.#pending, bytes);
      this.#pending = read === this.#pending.length ? "" : this.#pending.slice(read);
      this.#queue.push({ bytes, start: 0, end: written });
      this.#queuedBytes += written;
    }
  }

  /** Into the last buffer while there is room, so that many small writes take no more of them than a large one. */
  #copy(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    for (let start = 0; start < bytes.length;) {
      let chunk = this.#queue.at(-1);
      if (chunk === undefined || !hasRoom(chunk, bytes.length - start)) {
        chunk = { bytes: this.#newBuffer(), start: 0, end: 0 };
        this.#queue.push(chunk);
      }
      const end = lineEndWithin(bytes, start, chunk.bytes.length - chunk.end);
      chunk.bytes.set(bytes.subarray(start, end), chunk.end);
      chunk.end += end - start;
      start = end;
    }
  }

  #newBuffer(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#batchLength * 4);
  }

  #advance(chunk: Chunk, count: number): void {
    this.#writtenBytes += count;
    this.#queuedBytes -= count;
    chunk.start += count;
    if (chunk.start < chunk.end) return;
    this.#queue.shift();
    this.#free.push(chunk.bytes);
  }

  /**
   * A pipe or socket is made non-blocking before it can fill, so that a slow reader stalls the writer and
   * not the event loop. Node does that when `process.stdout` is first touched (about 3 ms) and undoes it at exit.
   */
  #chooseMode(sizeBytes: number): void {
    if (this.#mode !== "unknown") return;
    if (this.#writtenBytes + sizeBytes <= alwaysRoomBytes) return;
    this.#mode = "blocking";
    const stats = this.#fs.fstatSync(this.#fd);
    this.#isPipe = stats.isFIFO() || stats.isSocket();
    if (!this.#isPipe || (this.#fd !== 1 && this.#fd !== 2)) return;
    const stream = this.#fd === 1 ? process.stdout : process.stderr;
    this.#mode = stream.writable ? "non-blocking" : "blocking";
  }

  #fail(error: unknown, code: unknown): void {
    const closed = closedCodes.includes(code);
    this.#failure = {
      kind: closed ? "closed" : "failed",
      exitCode: closed ? closedPipeExitCode : exitCodes.io,
      cause: error instanceof Error ? error : new Error(String(error)),
    };
    this.#pending = "";
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#release();
    for (const listener of this.#listeners) listener(this.#failure);
    this.#listeners.clear();
  }
}

/** A buffer that is empty takes what it can; another one only what fits as a whole, so that no short line is cut between two. */
function hasRoom({ bytes, end }: Chunk, length: number): boolean {
  return end === 0 || length <= bytes.length - end;
}

/** Where a piece of at most `limit` bytes ends: after its last line, or where the limit is when it holds no whole one. */
function lineEndWithin(bytes: Uint8Array, start: number, limit: number): number {
  if (bytes.length - start <= limit) return bytes.length;
  const last = bytes.lastIndexOf(newline, start + limit - 1);
  return last >= start ? last + 1 : start + limit;
}

/** Where a write must end to be whole: after the last line that fits, or after a line that does not fit at all. */
function atomicEnd({ bytes, start, end }: Chunk): number {
  if (end - start <= atomicBytes) return end;
  const fitting = bytes.lastIndexOf(newline, start + atomicBytes - 1);
  if (fitting >= start) return fitting + 1;
  const next = bytes.indexOf(newline, start + atomicBytes);
  return next === -1 ? end : next + 1;
}
