const maxLines = 1000;
const maxLineLength = 4096;

/** Collects lines of standard error between two looks, a bounded number of them over a whole run. */
export class StderrLines {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #lines: string[] = [];
  #seen = 0;
  last = "";
  droppedCount = 0;

  add(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, maxLineLength);
    for (const line of lines) this.#keep(line);
  }

  /** The lines since the last look. */
  take(): readonly string[] {
    const lines = this.#lines;
    if (lines.length > 0) this.#lines = [];
    return lines;
  }

  /** The lines since the last look, the unended one included. */
  end(): readonly string[] {
    this.#keep(this.#rest + this.#decoder.decode());
    this.#rest = "";
    return this.take();
  }

  #keep(line: string): void {
    const text = line.trimEnd().slice(0, maxLineLength);
    if (text === "") return;
    this.last = text;
    this.#seen += 1;
    if (this.#seen <= maxLines) this.#lines.push(text);
    else this.droppedCount += 1;
  }
}
