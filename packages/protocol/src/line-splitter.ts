/** Why a line has no text. */
export type LineProblem = "too-long" | "not-utf8";

/** A line that has no text; its number is the splitter's. */
export interface BrokenLine {
  readonly problem: LineProblem;
}

const newline = 0x0a;
const tooLong: BrokenLine = { problem: "too-long" };
const notUtf8: BrokenLine = { problem: "not-utf8" };
/** UTF-8 takes at most so many bytes for one UTF-16 unit. */
const bytesPerUnit = 3;

/**
 * Splits bytes into lines and never holds more than one line and one chunk: add a chunk, take its lines until
 * there are none, add the next; `finish` gives a last line that no newline ends. A line over the limit is
 * skipped to its end. Whole lines are decoded a chunk at a time.
 */
export class LineSplitter {
  /** Of the line taken last, from 1. */
  number = 0;
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Lines that had to be put together or decoded one by one; they come before `#text`. */
  #single: (string | BrokenLine)[] = [];
  #text = "";
  #at = 0;
  #peekedEnd = -1;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  add(chunk: Uint8Array): void {
    const first = chunk.indexOf(newline);
    if (first === -1) {
      this.#keep(chunk);
      return;
    }
    const start = this.#restBytes > 0 ? first + 1 : 0;
    if (start > 0) this.#single.push(this.#join(chunk.subarray(0, first)));
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) this.#decodeBlock(chunk.subarray(start, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  /** The next line, left where it is; undefined when there is none, and when only `take` can tell what it is. */
  peek(): string | undefined {
    if (this.#single.length > 0 || this.number === 0) return undefined;
    this.#peekedEnd = this.#text.indexOf("\n", this.#at);
    if (this.#peekedEnd === -1) return undefined;
    const line = this.#text.slice(this.#at, this.#peekedEnd);
    return this.#isTooLong(line) ? undefined : line;
  }

  /** Takes the line that `peek` has just given. */
  advance(): void {
    this.#at = this.#peekedEnd + 1;
    this.number += 1;
  }

  take(): string | BrokenLine | undefined {
    if (this.#single.length > 0) {
      this.number += 1;
      return this.#single.shift();
    }
    const end = this.#text.indexOf("\n", this.#at);
    if (end === -1) return undefined;
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    this.number += 1;
    return this.#isTooLong(line) ? tooLong : line;
  }

  finish(): string | BrokenLine | undefined {
    if (this.#restBytes === 0) return undefined;
    this.number += 1;
    return this.#join(new Uint8Array(0));
  }

  #decodeBlock(bytes: Uint8Array): void {
    try {
      this.#text = this.#decoder.decode(bytes);
      this.#at = 0;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#text = "";
      for (let start = 0; start < bytes.length;) {
        const end = bytes.indexOf(newline, start);
        this.#single.push(this.#decodeLine(bytes.subarray(start, end)));
        start = end + 1;
      }
    }
  }

  #decodeLine(bytes: Uint8Array): string | BrokenLine {
    if (bytes.length > this.#maxLineBytes) return tooLong;
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

  #isTooLong(line: string): boolean {
    if (line.length * bytesPerUnit <= this.#maxLineBytes) return false;
    return (
      line.length > this.#maxLineBytes || new TextEncoder().encode(line).length > this.#maxLineBytes
    );
  }
}
