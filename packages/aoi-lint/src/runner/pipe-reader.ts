import { closeSync } from "node:fs";
import { Socket } from "node:net";

export interface PipeReaderOptions {
  /** Not blocking; owned by the reader from now on. */
  readonly fd: number;
  /** Bytes of ours at the front. */
  readonly skipBytes: number;
  readonly onChunk: (chunk: Buffer) => void;
}

/** Reads one pipe when told to, as fast or as slowly as told, and lets go of it when told. */
export class PipeReader {
  /** The other side has closed, or we have. */
  readonly ended: Promise<void>;
  readonly #options: PipeReaderOptions;
  readonly #finish: () => void;
  #skipBytes: number;
  #socket: Socket | undefined;
  #pauseMs = 0;
  #isClosed = false;

  constructor(options: PipeReaderOptions) {
    this.#options = options;
    this.#skipBytes = options.skipBytes;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#finish = resolve;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Starts reading; with a pause, one chunk at a time. */
  start(pauseMs = 0): void {
    if (this.#socket !== undefined || this.#isClosed) return;
    this.#pauseMs = pauseMs;
    const socket = new Socket({ fd: this.#options.fd, readable: true, writable: false });
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk, socket));
    socket.on("close", () => this.#finish());
    // The pipe is ours to read: whatever is wrong with it ends the run like an end of file.
    socket.on("error", () => socket.destroy());
  }

  /** From now on as fast as it comes. */
  hurry(): void {
    this.#pauseMs = 0;
    this.#socket?.resume();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#socket === undefined) {
      closeSync(this.#options.fd);
      this.#finish();
    } else this.#socket.destroy();
  }

  #take(chunk: Buffer, socket: Socket): void {
    const skipped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= skipped;
    if (skipped < chunk.length && !this.#isClosed) this.#options.onChunk(chunk.subarray(skipped));
    if (this.#pauseMs > 0) {
      socket.pause();
      setTimeout(() => socket.resume(), this.#pauseMs);
    }
  }
}
