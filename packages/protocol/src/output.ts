import { closedPipeExitCode, exitCodes } from "./exit-codes.ts";

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
 * Its promises never reject: after a failure everything is dropped and `failure` says why.
 */
export interface Output {
  /** Queues text; resolves when more may be written. Not awaited beyond 8 MiB queued, it blocks instead of growing. */
  write(text: string): Promise<void>;
  /** Resolves when everything queued so far has been handed to the kernel, or the output failed. */
  flush(): Promise<void>;
  /** Blocks until everything is written; false when `deadlineMs` (of `performance.now()`) passed first or the output failed. */
  flushSync(deadlineMs?: number): boolean;
  readonly failure: OutputFailure | undefined;
  /** Calls once with the failure, at once when there is one already; returns the way to stop listening. */
  onFailure(listener: (failure: OutputFailure) => void): () => void;
}

export interface OutputOptions {
  readonly fd: number;
  /** Text is written when this much waits, or when the event loop comes round. */
  readonly batchLength?: number;
  readonly maxQueuedLength?: number;
}

/** Node only; the module itself imports nothing of Node, so that a browser can load this package. */
export function createOutput(options: OutputOptions): Output {
  return new DescriptorOutput(options);
}

const nothing: Promise<void> = Promise.resolve();
/** Every pipe takes this much at once; a first small answer never pays for non-blocking mode. */
const alwaysRoomBytes = 4096;
const spinAttempts = 40;
const closedCodes: readonly unknown[] = ["EPIPE", "ECONNRESET", "ENOTCONN", "ESHUTDOWN"];

class DescriptorOutput implements Output {
  readonly #fs = process.getBuiltinModule("node:fs");
  readonly #fd: number;
  readonly #batchLength: number;
  readonly #maxQueuedLength: number;
  readonly #listeners = new Set<(failure: OutputFailure) => void>();
  #pending = "";
  #rest: Buffer = Buffer.alloc(0);
  #writtenBytes = 0;
  #failure: OutputFailure | undefined;
  #mode: "unknown" | "blocking" | "non-blocking" = "unknown";
  /** Set while the descriptor takes no more; resolves when the queue is empty. */
  #stall: PromiseWithResolvers<void> | undefined;
  #idle: PromiseWithResolvers<void> | undefined;
  #attemptedLength = 0;
  #attempts = 0;

  constructor(options: OutputOptions) {
    this.#fd = options.fd;
    this.#batchLength = options.batchLength ?? 64 * 1024;
    this.#maxQueuedLength = options.maxQueuedLength ?? 8 * 1024 * 1024;
  }

  get failure(): OutputFailure | undefined {
    return this.#failure;
  }

  write(text: string): Promise<void> {
    if (this.#failure !== undefined) return nothing;
    this.#pending += text;
    if (this.#stall !== undefined) return this.#writeStalled();
    if (this.#pending.length < this.#batchLength) {
      this.#scheduleIdleFlush();
      return nothing;
    }
    if (this.#push()) return new Promise((resolve) => setImmediate(resolve));
    return this.#stalled();
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

  #writeStalled(): Promise<void> {
    const queuedLength = this.#pending.length + this.#rest.length;
    if (queuedLength > this.#maxQueuedLength) this.flushSync();
    else if (this.#pending.length - this.#attemptedLength >= this.#batchLength) this.#push();
    return this.#stall?.promise ?? nothing;
  }

  #scheduleIdleFlush(): void {
    if (this.#idle !== undefined) return;
    this.#idle = Promise.withResolvers();
    setImmediate(() => {
      this.#idle = undefined;
      if (this.#stall === undefined && !this.#push()) void this.#stalled();
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

  /** A reader that keeps up is asked again at once, a slow one every few milliseconds. */
  #retryLater(): void {
    const retry = (): void => {
      if (this.#stall === undefined) return;
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
      if (this.#rest.length === 0) {
        if (this.#pending === "") return true;
        this.#rest = Buffer.from(this.#pending, "utf8");
        this.#pending = "";
      }
      this.#attemptedLength = this.#pending.length;
      try {
        this.#chooseMode();
        const count = this.#fs.writeSync(this.#fd, this.#rest);
        this.#writtenBytes += count;
        this.#rest = this.#rest.subarray(count);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EAGAIN") return false;
        if (code !== "EINTR") this.#fail(error, code);
      }
    }
    return true;
  }

  /**
   * A pipe or socket is made non-blocking before it can fill, so that a slow reader stalls the writer and
   * not the event loop. Node does that when `process.stdout` is first touched (about 3 ms) and undoes it at exit.
   */
  #chooseMode(): void {
    if (this.#mode !== "unknown") return;
    if (this.#writtenBytes + this.#rest.length <= alwaysRoomBytes) return;
    this.#mode = "blocking";
    if (this.#fd !== 1 && this.#fd !== 2) return;
    const stats = this.#fs.fstatSync(this.#fd);
    if (!stats.isFIFO() && !stats.isSocket()) return;
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
    this.#rest = Buffer.alloc(0);
    this.#release();
    for (const listener of this.#listeners) listener(this.#failure);
    this.#listeners.clear();
  }
}
