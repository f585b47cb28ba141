/** Why a line has no text. */
export type LineProblem = "too-long" | "not-utf8";

/** A line that has no text; its number is the splitter's. */
export interface BrokenLine {
  readonly problem: LineProblem;
}

const newline = 0x0a;
const tooLong: BrokenLine = { problem: "too-long" };
const notUtf8: BrokenLine = { problem: "not-utf8" };

/**
 * Splits bytes into lines and never holds more than one line and the lines of one chunk: add a chunk, take its
 * lines until there are none, add the next; `finish` gives a last line that no newline ends. A line over the limit
 * is skipped to its end. Whole lines are decoded a chunk at a time.
 */
export class LineSplitter {
  /** Of the line taken last, from 1. */
  number = 0;
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #lines: (string | BrokenLine)[] = [];
  #next = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  add(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return;
    }
    const start = this.#restBytes > 0 ? chunk.indexOf(newline) + 1 : 0;
    const joined = start > 0 ? [this.#join(chunk.subarray(0, start - 1))] : [];
    const whole = end > start ? this.#decodeBlock(chunk.subarray(start, end)) : [];
    this.#lines = joined.length === 0 ? whole : joined.concat(whole);
    this.#next = 0;
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  /** The next line, left where it is; undefined when there is none. */
  peek(): string | BrokenLine | undefined {
    return this.#lines[this.#next];
  }

  /** The next lines, at most so many, left where they are. */
  peekMany(count: number): readonly (string | BrokenLine)[] {
    return this.#lines.slice(this.#next, this.#next + count);
  }

  take(): string | BrokenLine | undefined {
    const line = this.#lines[this.#next];
    if (line === undefined) return undefined;
    this.#next += 1;
    this.number += 1;
    return line;
  }

  finish(): string | BrokenLine | undefined {
    if (this.#restBytes === 0) return undefined;
    this.number += 1;
    return this.#join(new Uint8Array(0));
  }

  /** Lines that each end in a newline. */
  #decodeBlock(bytes: Uint8Array): (string | BrokenLine)[] {
    const text = bytes.length <= this.#maxLineBytes ? this.#decode(bytes) : notUtf8;
    if (typeof text === "string") {
      const lines = text.split("\n");
      lines.pop();
      return lines;
    }
    const lines: (string | BrokenLine)[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(newline, start);
      lines.push(this.#decodeLine(bytes.subarray(start, end)));
      start = end + 1;
    }
    return lines;
  }

  #decodeLine(bytes: Uint8Array): string | BrokenLine {
    return bytes.length > this.#maxLineBytes ? tooLong : this.#decode(bytes);
  }

  #decode(bytes: Uint8Array): string | BrokenLine {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return notUtf8;
      throw error;
    }
  }

  /** The bytes are copied: who gave them may use them again. */
  #keep(bytes: Uint8Array): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes > this.#maxLineBytes) this.#rest = [];
    else this.#rest.push(Uint8Array.from(bytes));
  }

  #join(tail: Uint8Array): string | BrokenLine {
    const sizeBytes = this.#restBytes + tail.length;
    const pieces = [...this.#rest, tail];
    this.#rest = [];
    this.#restBytes = 0;
    if (sizeBytes > this.#maxLineBytes) return tooLong;
    const whole = new Uint8Array(sizeBytes);
    let offset = 0;
    for (const piece of pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return this.#decodeLine(whole);
  }
}
