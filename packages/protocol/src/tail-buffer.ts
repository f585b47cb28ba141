/** The end of a byte stream, bounded. */
export class TailBuffer {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #dropped = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get truncated(): boolean {
    return this.#dropped || this.#sizeBytes > this.#maxBytes;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#sizeBytes - first.length < this.#maxBytes) return;
      this.#chunks.shift();
      this.#sizeBytes -= first.length;
      this.#dropped = true;
    }
  }

  /** UTF-8 text; a character cut in two at the bound is left out. */
  text(): string {
    const whole = Buffer.concat(this.#chunks);
    let start = Math.max(0, whole.length - this.#maxBytes);
    while (this.truncated && start < whole.length && ((whole[start] ?? 0) & 0xc0) === 0x80)
      start += 1;
    return whole.toString("utf8", start);
  }
}
