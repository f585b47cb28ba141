import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

import { errnoOf, ioError } from "./io-error.ts";

export interface LogFileOptions {
  /** A file that would grow over it is moved to `<path>.1` first. */
  readonly maxSizeBytes: number;
  /** How many moved files (`<path>.1` the newest) stay. */
  readonly keepFiles: number;
}

/** Appends to a file that never grows over its cap. Writes keep their order; the file has one writer. */
export class LogFile implements AsyncDisposable {
  readonly path: string;
  readonly #options: LogFileOptions;
  #file: FileHandle;
  #sizeBytes: number;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(path: string, options: LogFileOptions, file: FileHandle, sizeBytes: number) {
    this.path = path;
    this.#options = options;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /** Resolves when the text is in the file; one write is never split over two files. */
  async write(text: string): Promise<void> {
    if (this.#closed) throw new Error(`the log ${this.path} is closed`);
    return this.#enqueue(() => this.#append(Buffer.from(text)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#enqueue(() => this.#file.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One failed write is its caller's; the next is tried all the same. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const run = this.#last.then(work, work);
    this.#last = run;
    return run;
  }

  async #append(bytes: Buffer): Promise<void> {
    try {
      if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#options.maxSizeBytes) {
        await this.#rotate();
      }
      await this.#file.appendFile(bytes);
      this.#sizeBytes += bytes.length;
    } catch (error) {
      throw ioError(error, `cannot write the log ${this.path}`);
    }
  }

  async #rotate(): Promise<void> {
    await this.#file.close();
    try {
      await moveUp(this.path, this.#options.keepFiles);
    } finally {
      this.#file = await open(this.path, "a", 0o600);
      this.#sizeBytes = (await this.#file.stat()).size;
    }
  }
}

/** Opens (and makes, with mode 0600) a log file for appending. */
export async function openLogFile(path: string, options: LogFileOptions): Promise<LogFile> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a", 0o600);
    return new LogFile(path, options, file, (await file.stat()).size);
  } catch (error) {
    throw ioError(error, `cannot open the log ${path}`);
  }
}

async function moveUp(path: string, keepFiles: number): Promise<void> {
  if (keepFiles === 0) return rm(path, { force: true });
  for (let index = keepFiles - 1; index >= 0; index--) {
    await renameIfThere(index === 0 ? path : `${path}.${index}`, `${path}.${index + 1}`);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
