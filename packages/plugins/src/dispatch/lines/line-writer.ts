import type { LineShape } from "./line-shape.ts";
import { newline } from "./json-value.ts";

/** Where finished lines go; the bytes are only lent. Resolves when more may come. */
export type LineSink = (lines: Uint8Array, count: number) => Promise<void>;

const bufferBytes = 128 * 1024;
const done: Promise<void> = Promise.resolve();
const notificationStart = Buffer.from('{"type":"notification","value":{');
const notificationEnd = Buffer.from("}}\n");
const textStart = '{"type":"notification","value":';

/** Builds the host's lines in one buffer and hands them over when it is full or flushed. */
export class LineWriter {
  readonly #sink: LineSink;
  readonly #maxLineBytes: number;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #length = 0;
  #count = 0;
  #handedOver = done;

  constructor(sink: LineSink, maxLineBytes: number) {
    this.#sink = sink;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The plugin's members, as it wrote them, under `value`. */
  notification(bytes: Uint8Array, { start, cutStart, cutEnd, end }: LineShape): void {
    const before = cutStart - start;
    const after = end - cutEnd;
    const size = notificationStart.length + before + after + notificationEnd.length;
    const buffer = this.#room(size);
    let at = buffer === this.#buffer ? this.#length : 0;
    at = put(buffer, at, notificationStart, 0, notificationStart.length);
    at = put(buffer, at, bytes, start, cutStart);
    at = put(buffer, at, bytes, cutEnd, end);
    put(buffer, at, notificationEnd, 0, notificationEnd.length);
    this.#wrote(buffer, size);
  }

  /** A finished JSON value as it stands. */
  line(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start + 1;
    const buffer = this.#room(size);
    const at = buffer === this.#buffer ? this.#length : 0;
    put(buffer, at, bytes, start, end);
    buffer[at + size - 1] = newline;
    this.#wrote(buffer, size);
  }

  /** Returns false when the line would be too long, and writes nothing. */
  text(text: string, envelope: string = textStart): boolean {
    const line = Buffer.from(`${envelope}${JSON.stringify(text)}}`);
    if (line.length >= this.#maxLineBytes) return false;
    this.line(line, 0, line.length);
    return true;
  }

  /** A finished JSON value inside an envelope that ends with the value's name. */
  value(envelope: string, bytes: Uint8Array, start: number, end: number): void {
    const line = Buffer.concat([
      Buffer.from(envelope),
      bytes.subarray(start, end),
      Buffer.from("}"),
    ]);
    this.line(line, 0, line.length);
  }

  object(value: Readonly<Record<string, unknown>>): void {
    const line = Buffer.from(JSON.stringify(value));
    this.line(line, 0, line.length);
  }

  /** Hands over what is there; resolves when more may be written. */
  flush(): Promise<void> {
    if (this.#length > 0) {
      this.#handedOver = this.#sink(this.#buffer.subarray(0, this.#length), this.#count);
      this.#length = 0;
      this.#count = 0;
    }
    return this.#handedOver;
  }

  #room(size: number): Buffer {
    if (this.#length + size > bufferBytes) void this.flush();
    return size > bufferBytes ? Buffer.allocUnsafeSlow(size) : this.#buffer;
  }

  #wrote(buffer: Buffer, size: number): void {
    if (buffer === this.#buffer) {
      this.#length += size;
      this.#count += 1;
    } else {
      this.#handedOver = this.#sink(buffer, 1);
    }
  }
}

/** What is shorter costs less byte by byte than a view and a call into the engine. */
const viewedBytes = 256;

/** Returns the position behind what it has put. */
function put(
  target: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start >= viewedBytes) {
    target.set(bytes.subarray(start, end), at);
    return at + end - start;
  }
  let next = at;
  for (let from = start; from < end; from += 1) {
    target[next] = bytes[from] ?? 0;
    next += 1;
  }
  return next;
}
