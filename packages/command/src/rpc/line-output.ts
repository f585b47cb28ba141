import type { Output } from "@aomori/protocol";

/** Takes one event as a line of JSON, without its end; resolves when the next may come. */
export type EventSink = (line: string) => Promise<void>;

const summaryStart = '{"type":"aoi:summary"';
const errorStart = '{"type":"aoi:error"';

/**
 * Stands where standard output stands in a batch run, so that a request writes what a batch run writes, byte
 * for byte: every event goes to the sink, the summary is kept for the answer.
 */
export class LineOutput implements Output {
  readonly failure = undefined;
  readonly #sink: EventSink;
  #last: Promise<void> = Promise.resolve();
  #summary = "";
  #lastError = "";

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** The terminal summary; empty until there is one. */
  get summary(): string {
    return this.#summary;
  }

  /** The error event that came last; empty when there was none. */
  get lastError(): string {
    return this.#lastError;
  }

  write(text: string): Promise<void> {
    for (const line of text.split("\n")) {
      if (line.startsWith(summaryStart)) this.#summary = line;
      else if (line !== "") this.#last = this.#pass(line);
    }
    return this.#last;
  }

  writeBytes(bytes: Uint8Array): Promise<void> {
    return this.write(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  }

  flush(): Promise<void> {
    return this.#last;
  }

  flushSync(): boolean {
    return true;
  }

  onFailure(): () => void {
    return () => undefined;
  }

  #pass(line: string): Promise<void> {
    if (line.startsWith(errorStart)) this.#lastError = line;
    return this.#sink(line);
  }
}
