import { TerminalError } from "./errors.ts";
import type { DomainEvent, FrameworkEvent } from "./events.ts";
import { forProse } from "./redact-text.ts";
import type { Redactor } from "./redaction.ts";
import { toWireValue } from "./wire-value.ts";

/** Deeper values take the slow way, which knows cycles. */
const plainDepth = 8;
/** How JSON.stringify escapes a surrogate without its pair; also part of honest text, which then takes the slow way. */
const loneSurrogateEscape = "\\ud";
const maxKnownNames = 10_000;
/** UTF-8 takes at most so many bytes for one UTF-16 unit. */
const bytesPerUnit = 3;

/** Makes one line of each event: redacted, without loss, `type` first, within the limit. */
export class EventEncoder {
  readonly #redactor: Redactor;
  readonly #proseRedactor: Redactor;
  readonly #maxLineBytes: number;
  /** Field names that hide nothing. */
  readonly #harmless = new Set<string>();
  /** The names seen last, by position: most events look like the one before. */
  readonly #latest: string[] = [];
  #position = 0;

  constructor(redactor: Redactor, maxLineBytes: number) {
    this.#redactor = redactor;
    this.#proseRedactor = forProse(redactor);
    this.#maxLineBytes = maxLineBytes;
  }

  /** With its newline. Throws `UNSERIALIZABLE_VALUE` and `LINE_TOO_LONG`. */
  encode(event: DomainEvent | FrameworkEvent): string {
    const line =
      event.type === "aoi:error" || event.type === "aoi:warning"
        ? this.#encodeWalked(event, this.#proseRedactor)
        : (this.#encodePlain(event) ?? this.#encodeWalked(event, this.#redactor));
    if (line.length * bytesPerUnit >= this.#maxLineBytes) this.#checkLength(line, event.type);
    return `${line}\n`;
  }

  /** JSON.stringify alone, for an event of which it changes, drops and reveals nothing. */
  #encodePlain(event: DomainEvent | FrameworkEvent): string | undefined {
    this.#position = 0;
    if (!this.#isPlainRecord(event, plainDepth) || this.#latest[0] !== "type") return undefined;
    const line = JSON.stringify(event);
    if (line.includes(loneSurrogateEscape)) return undefined;
    if (this.#redactor.searches && this.#redactor.mayOccurIn?.(line) !== false) return undefined;
    return line;
  }

  #encodeWalked(event: DomainEvent | FrameworkEvent, redactor: Redactor): string {
    return JSON.stringify(toWireValue(typeFirst(event), redactor));
  }

  #isPlainRecord(record: object, depth: number): boolean {
    if (!hasPlainPrototype(record)) return false;
    for (const name in record) {
      if (this.#latest[this.#position] !== name && !this.#isHarmless(name)) return false;
      this.#position += 1;
      if (!this.#isPlain(record[name], depth)) return false;
    }
    return true;
  }

  #isPlain(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
      case "boolean":
      case "undefined":
        return true;
      case "number":
        // Also false for NaN and the infinities; what is beyond is decided by the slow way.
        return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
      case "object":
        if (value === null) return true;
        if (depth === 0) return false;
        return Array.isArray(value)
          ? value.every((item) => this.#isPlain(item, depth - 1))
          : this.#isPlainRecord(value, depth - 1);
      default:
        return false;
    }
  }

  #isHarmless(name: string): boolean {
    if (!this.#harmless.has(name)) {
      if (this.#redactor.isSecretName(name)) return false;
      if (this.#harmless.size < maxKnownNames) this.#harmless.add(name);
    }
    this.#latest[this.#position] = name;
    return true;
  }

  #checkLength(line: string, type: string): void {
    const sizeBytes = Buffer.byteLength(line) + 1;
    if (sizeBytes <= this.#maxLineBytes) return;
    throw new TerminalError(
      "internal",
      "LINE_TOO_LONG",
      `an event of type ${type} takes ${sizeBytes} bytes, over the ${this.#maxLineBytes} of one line; write it to a file and emit an aoi:artifact`,
    );
  }
}

function hasPlainPrototype(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The discriminator leads, for whoever reads a stream with their eyes. */
function typeFirst(event: DomainEvent): DomainEvent {
  if (Object.keys(event)[0] === "type") return event;
  const { type, ...fields } = event;
  return { type, ...fields };
}
