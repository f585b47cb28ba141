import type { Readable } from "node:stream";

import { errnoOf } from "./io-error.ts";

export interface TextLine {
  /** Without its line end (`\n` or `\r\n`). */
  readonly text: string;
  /** True when the line was longer than the cap and its rest was dropped. */
  readonly truncated: boolean;
}

const newline = 0x0a;

/**
 * The lines of a byte stream as UTF-8 text, each at most `maxLineBytes` long; an unended last line counts.
 * Reads no faster than it is consumed. A stream that is destroyed ends the iteration.
 */
export async function* readLines(
  stream: Readable,
  options: { readonly maxLineBytes: number },
): AsyncGenerator<TextLine, void, undefined> {
  const line = new LineBuffer(options.maxLineBytes);
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError("readLines needs a stream of bytes");
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(newline, start);
        if (end === -1) break;
        line.add(chunk.subarray(start, end));
        yield line.take();
        start = end + 1;
      }
      line.add(chunk.subarray(start));
    }
  } catch (error) {
    if (errnoOf(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
  if (!line.isEmpty) yield line.take();
}

class LineBuffer {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #truncated = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0 && !this.#truncated;
  }

  add(part: Buffer): void {
    const room = this.#maxBytes - this.#bytes;
    if (part.length > room) this.#truncated = true;
    const kept = part.subarray(0, Math.max(0, room));
    if (kept.length === 0) return;
    this.#parts.push(kept);
    this.#bytes += kept.length;
  }

  take(): TextLine {
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    let text = (bytes ?? Buffer.alloc(0)).toString("utf8");
    if (!this.#truncated && text.endsWith("\r")) text = text.slice(0, -1);
    const line = { text, truncated: this.#truncated };
    this.#parts = [];
    this.#bytes = 0;
    this.#truncated = false;
    return line;
  }
}
