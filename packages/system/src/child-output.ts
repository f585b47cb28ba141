import type { Readable } from "node:stream";

/** Which end of an output that is longer than its cap is kept. */
export type KeepOutput = "head" | "tail";

/** Collects a stream up to a number of bytes and goes on draining it, so that the writer never blocks on us. */
export class OutputCollector {
  readonly #maxBytes: number;
  readonly #keep: KeepOutput;
  readonly #chunks: Buffer[] = [];
  #keptBytes = 0;
  #truncated = false;

  constructor(maxBytes: number, keep: KeepOutput) {
    this.#maxBytes = maxBytes;
    this.#keep = keep;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  collect(stream: Readable, also?: (chunk: Buffer) => void): void {
    stream.on("data", (chunk: Buffer) => {
      this.#add(chunk);
      also?.(chunk);
    });
  }

  /** UTF-8 text of what was kept; a character cut in two at the cap is left out. */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    if (!this.#truncated) return bytes.toString("utf8");
    if (this.#keep === "head") {
      // In streaming mode the decoder holds back an incomplete last character.
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
    }
    let start = Math.max(0, bytes.length - this.#maxBytes);
    for (let skipped = 0; skipped < 3 && isContinuation(bytes[start]); skipped++) start++;
    return bytes.subarray(start).toString("utf8");
  }

  #add(chunk: Buffer): void {
    if (this.#keep === "head") {
      const room = this.#maxBytes - this.#keptBytes;
      if (chunk.length > room) this.#truncated = true;
      const kept = chunk.length > room ? chunk.subarray(0, Math.max(0, room)) : chunk;
      if (kept.length > 0) this.#chunks.push(kept);
      this.#keptBytes += kept.length;
      return;
    }
    this.#chunks.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > this.#maxBytes) this.#truncated = true;
    for (;;) {
      const first = this.#chunks[0];
      if (first === undefined || this.#keptBytes - first.length < this.#maxBytes) return;
      this.#chunks.shift();
      this.#keptBytes -= first.length;
    }
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
