import { inspectJson } from "./json-lexer.ts";
import type { EventKind, LineProblem, LineProblemKind, ScannedEvent, Stream } from "./stream.ts";
import { kindOf } from "./stream.ts";

export interface ScanLimits {
  /** A longer line is told as a problem; its event is still read up to 16 times this. */
  readonly maxLineBytes: number;
  /** Events kept whole, as long as their lines are within `maxKeptBytes`; the rest is only counted. */
  readonly maxEvents: number;
  readonly maxKeptBytes: number;
}

export const defaultScanLimits: ScanLimits = {
  maxLineBytes: 1024 * 1024,
  maxEvents: 20_000,
  maxKeptBytes: 64 * 1024 * 1024,
};

const newline = 0x0a;
const maxProblemsPerKind = 20;
const maxInspectedLines = 2000;
const maxInspectedChars = 256 * 1024;
const tailEvents = 8;

/** Reads a stream as it comes and keeps what rules need of it; memory does not grow with the stream. */
export class StreamScanner {
  readonly #limits: ScanLimits;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #onLine: ((line: number) => void) | undefined;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #sizeBytes = 0;
  #lineStart = 0;
  #lineCount = 0;
  #longestLineBytes = 0;
  #keptBytes = 0;
  #eventCount = 0;
  #resultCount = 0;
  #legacy = false;
  readonly #problems: LineProblem[] = [];
  readonly #problemCounts = new Map<LineProblemKind, number>();
  readonly #head: ScannedEvent[] = [];
  #tail: ScannedEvent[] = [];
  readonly #kinds = new Map<EventKind, ScannedEvent[]>();
  readonly #typeCounts = new Map<string, number>();

  constructor(limits: ScanLimits = defaultScanLimits, onLine?: (line: number) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  /** Result events so far. */
  get resultCount(): number {
    return this.#resultCount;
  }

  push(chunk: Buffer, atMs: number): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#finishLine(chunk.subarray(start, end), 1, atMs);
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    this.#partialBytes += rest.length;
    if (this.#partialBytes > this.#limits.maxLineBytes * 16) this.#partial = [];
    else if (rest.length > 0) this.#partial.push(Buffer.from(rest));
  }

  /** Takes what is left as a line and tells the whole. */
  finish(atMs: number): Stream {
    const endsWithNewline = this.#partialBytes === 0;
    if (!endsWithNewline) {
      this.#problem("no-final-newline", this.#lineCount + 1, this.#lineStart, "the last line");
      this.#finishLine(Buffer.alloc(0), 0, atMs);
    }
    return {
      sizeBytes: this.#sizeBytes,
      lineCount: this.#lineCount,
      longestLineBytes: this.#longestLineBytes,
      endsWithNewline,
      dialect: this.#legacy ? "legacy" : "prefixed",
      events: this.#head,
      isWhole: this.#eventCount === this.#head.length,
      tail: this.#tail,
      eventCount: this.#eventCount,
      resultCount: this.#resultCount,
      typeCounts: this.#typeCounts,
      problems: this.#problems,
      problemCounts: this.#problemCounts,
      ofKind: (kind) => this.#kinds.get(kind) ?? [],
    };
  }

  #finishLine(end: Buffer, newlineBytes: number, atMs: number): void {
    const lengthBytes = this.#partialBytes + end.length;
    const offset = this.#lineStart;
    this.#lineCount += 1;
    this.#longestLineBytes = Math.max(this.#longestLineBytes, lengthBytes);
    const bytes = this.#partial.length === 0 ? end : Buffer.concat([...this.#partial, end]);
    this.#partial = [];
    this.#partialBytes = 0;
    this.#lineStart = offset + lengthBytes + newlineBytes;
    this.#sizeBytes = this.#lineStart;
    const line = this.#lineCount;
    if (lengthBytes > this.#limits.maxLineBytes) {
      this.#problem("too-long", line, offset, `${lengthBytes} bytes`);
    }
    if (bytes.length === lengthBytes) this.#line(bytes, line, offset, atMs);
    this.#onLine?.(line);
  }

  #line(bytes: Buffer, line: number, offset: number, atMs: number): void {
    let text = this.#decode(bytes, line, offset);
    if (text.startsWith("\uFEFF")) {
      this.#problem("byte-order-mark", line, offset, "U+FEFF");
      text = text.slice(1);
    }
    if (text.endsWith("\r")) this.#problem("crlf", line, offset + bytes.length - 1, "CR before LF");
    if (text.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#notJson(text, line, offset);
      return;
    }
    if (line <= maxInspectedLines && text.length <= maxInspectedChars) {
      this.#inspect(text.trim(), line, offset);
    }
    if (!isObject(value)) {
      this.#problem("not-object", line, offset, excerpt(text));
      return;
    }
    const type = value["type"];
    if (typeof type !== "string") {
      this.#problem("no-type", line, offset, excerpt(text));
      return;
    }
    this.#keptBytes += bytes.length;
    this.#event({ line, offset, atMs, type, value });
  }

  #decode(bytes: Buffer, line: number, offset: number): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const at = firstInvalidByte(bytes);
      const hex = bytes.subarray(at, at + 4).toString("hex");
      this.#problem("not-utf8", line, offset + at, `bytes ${hex}`);
      return bytes.toString("utf8");
    }
  }

  #notJson(text: string, line: number, offset: number): void {
    const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
    if (/[:,[]\s*-?(?:NaN|Infinity|inf|nan)\b/.test(plain)) {
      this.#problem("not-a-number", line, offset, excerpt(text));
    }
    this.#problem("not-json", line, offset, excerpt(text));
  }

  #inspect(text: string, line: number, offset: number): void {
    const shape = inspectJson(text);
    if (!shape.isCompact) this.#problem("not-compact", line, offset, excerpt(text));
    for (const key of shape.duplicateKeys) this.#problem("duplicate-key", line, offset, key);
    for (const digits of shape.unsafeIntegers) {
      this.#problem("unsafe-integer", line, offset, digits);
    }
    // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
    if (/\\u001b\[[0-9;]*m/i.test(text)) this.#problem("colour", line, offset, excerpt(text));
  }

  #event(found: Omit<ScannedEvent, "kind" | "index">): void {
    if (this.#eventCount === 0) {
      this.#legacy = found.type === "meta" && "aoi_version" in found.value;
    }
    const kind = kindOf(found.type, this.#legacy);
    const event: ScannedEvent = { ...found, kind, index: this.#eventCount };
    this.#eventCount += 1;
    if (isResult(kind)) this.#resultCount += 1;
    const { type } = event;
    // A stream with a new type per event must not fill memory either.
    if (this.#typeCounts.size < 1000 || this.#typeCounts.has(type)) {
      this.#typeCounts.set(type, (this.#typeCounts.get(type) ?? 0) + 1);
    }
    const fits = this.#keptBytes <= this.#limits.maxKeptBytes;
    if (fits && this.#head.length < this.#limits.maxEvents) this.#head.push(event);
    this.#tail.push(event);
    if (this.#tail.length > tailEvents * 2) this.#tail = this.#tail.slice(-tailEvents);
    if (kind === "domain") return;
    const same = this.#kinds.get(kind) ?? [];
    if (fits ? same.length < 1000 : kind === "summary" && same.length < 2) same.push(event);
    this.#kinds.set(kind, same);
  }

  #problem(kind: LineProblemKind, line: number, offset: number, detail: string): void {
    const seen = (this.#problemCounts.get(kind) ?? 0) + 1;
    this.#problemCounts.set(kind, seen);
    if (seen <= maxProblemsPerKind) this.#problems.push({ kind, line, offset, detail });
  }
}

const uncounted: ReadonlySet<EventKind> = new Set<EventKind>([
  "meta",
  "summary",
  "warning",
  "error",
  "progress",
  "heartbeat",
]);

function isResult(kind: EventKind): boolean {
  return !uncounted.has(kind);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** Index of the first byte of the first sequence that is not UTF-8. */
function firstInvalidByte(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let low = 0;
  let high = bytes.length;
  // Of a streamed prefix only bytes that can never become valid are refused.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isValidPrefix(decoder, bytes.subarray(0, middle + 1))) low = middle + 1;
    else high = middle;
  }
  const lenient = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const whole = lenient.decode(bytes.subarray(0, low), { stream: true });
  // What was begun before the refused byte belongs to the same broken sequence.
  return Math.min(Buffer.byteLength(whole), Math.max(bytes.length - 1, 0));
}

function isValidPrefix(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer): boolean {
  try {
    decoder.decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    flush(decoder);
  }
}

function flush(decoder: InstanceType<typeof TextDecoder>): void {
  try {
    decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
