import { isUtf8 } from "node:buffer";
import { redactedText } from "@aomori/protocol";
import { newline } from "./json-value.ts";

/** Takes whole lines, each with its newline and all of it UTF-8; the bytes are only lent. */
export interface LineTaker {
  takeLines(block: Uint8Array): void;
  /** A line longer than the limit: how it begins, and how long it was. */
  takeOverlong(head: string, sizeBytes: number): void;
}

export interface LineBlockOptions {
  readonly maxLineBytes: number;
  /** Values to hide wherever they occur, as they stand or escaped as in JSON. */
  readonly secrets: readonly string[];
}

/** What is kept of a line that is too long. */
const headBytes = 1024;
/** A shorter value occurs by chance in honest text. */
const minSecretLength = 4;

/**
 * Makes blocks of whole lines out of chunks, and holds no more than one line and one chunk. Bytes that are no UTF-8 become U+FFFD, the
 * last line gets the newline it lacks.
 */
export class LineBlocks {
  readonly #taker: LineTaker;
  readonly #maxLineBytes: number;
  readonly #secrets: readonly Buffer[];
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(taker: LineTaker, options: LineBlockOptions) {
    this.#taker = taker;
    this.#maxLineBytes = options.maxLineBytes;
    this.#secrets = options.secrets
      .filter((secret) => secret.length >= minSecretLength)
      .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
      .map((text) => Buffer.from(text));
  }

  add(chunk: Buffer): void {
    const first = chunk.indexOf(newline);
    if (first === -1) {
      this.#keep(chunk);
      return;
    }
    let start = 0;
    if (this.#restBytes > 0) {
      start = first + 1;
      this.#takeJoined(chunk.subarray(0, start));
    }
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) this.#takeBlock(chunk.subarray(start, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  /** At the end of the input. */
  finish(): void {
    if (this.#restBytes > 0) this.#takeJoined(Buffer.of(newline));
  }

  /** Of a line already too long only the beginning is kept. */
  #keep(bytes: Buffer): void {
    if (this.#restBytes <= this.#maxLineBytes) this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
    if (this.#restBytes > this.#maxLineBytes && this.#rest.length > 1) {
      this.#rest = [Buffer.concat(this.#rest, headBytes)];
    }
  }

  #takeJoined(tail: Buffer): void {
    const sizeBytes = this.#restBytes + tail.length - 1;
    const rest = this.#rest;
    this.#rest = [];
    this.#restBytes = 0;
    if (sizeBytes <= this.#maxLineBytes) this.#takeBlock(Buffer.concat([...rest, tail]));
    else this.#takeOverlong(Buffer.concat(rest), sizeBytes);
  }

  #takeBlock(block: Buffer): void {
    if (block.length - 1 <= this.#maxLineBytes) {
      this.#taker.takeLines(this.#cleaned(block));
      return;
    }
    for (let start = 0; start < block.length;) {
      const end = block.indexOf(newline, start) + 1;
      const line = block.subarray(start, end);
      if (line.length - 1 > this.#maxLineBytes) this.#takeOverlong(line, line.length - 1);
      else this.#taker.takeLines(this.#cleaned(line));
      start = end;
    }
  }

  #takeOverlong(line: Buffer, sizeBytes: number): void {
    const head = this.#cleaned(Buffer.from(line.subarray(0, headBytes)));
    this.#taker.takeOverlong(head.toString(), sizeBytes);
  }

  #cleaned(block: Buffer): Buffer {
    const valid = isUtf8(block) ? block : Buffer.from(block.toString("utf8"));
    const found = this.#secrets.filter((secret) => valid.includes(secret));
    if (found.length === 0) return valid;
    const text = found.reduce(
      (hiding, secret) => hiding.replaceAll(secret.toString(), redactedText),
      valid.toString(),
    );
    return Buffer.from(text);
  }
}
