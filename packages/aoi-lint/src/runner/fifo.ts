import { execFile } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** One kernel pipe: the tool gets the write end, which is a pipe to it and not a socket as Node's own `"pipe"` is. */
export interface Fifo {
  /** Not blocking. */
  readonly readFd: number;
  /** Blocking; closed by whoever started the tool. */
  readonly writeFd: number;
  /** Bytes of ours at the front, for the reader to skip. */
  readonly filledBytes: number;
}

const batch = 32;
/** What a Linux pipe holds unless told otherwise: 16 pages. */
export const pipeCapacityBytes: number = 16 * 4096;

/** Makes named pipes in a folder, many per call of `mkfifo`, and forgets their names as soon as they are open. */
export class FifoMaker {
  readonly #folder: string;
  #made: Promise<string[]> | undefined;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A pipe with both ends open, and so many bytes of ours in it. */
  async open(fillBytes = 0): Promise<Fifo> {
    const path = await this.path();
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const filledBytes = fillBytes === 0 ? 0 : fill(path, fillBytes);
    const writeFd = openSync(path, constants.O_WRONLY);
    await rm(path);
    return { readFd, writeFd, filledBytes };
  }

  /** The name of a pipe nobody has open. */
  async path(): Promise<string> {
    for (;;) {
      this.#made ??= this.#make();
      const path = (await this.#made).pop();
      if (path !== undefined) return path;
      this.#made = undefined;
    }
  }

  async #make(): Promise<string[]> {
    this.#count += 1;
    const names = Array.from({ length: batch }, (_, index) =>
      join(this.#folder, `pipe-${this.#count}-${index}`),
    );
    await promisify(execFile)("mkfifo", ["-m", "600", ...names]);
    return names;
  }
}

/** Through a descriptor that does not block: a pipe may be smaller than usual where a user has many. */
function fill(path: string, sizeBytes: number): number {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return writeSync(fd, Buffer.alloc(sizeBytes, "\n"));
  } finally {
    closeSync(fd);
  }
}
