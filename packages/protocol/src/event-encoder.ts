import { TerminalError } from "./errors.ts";
import type { DomainEvent, FrameworkEvent } from "./events.ts";
import { EventPrinter } from "./event-printer.ts";
import { forProse } from "./redact-text.ts";
import type { Redactor } from "./redaction.ts";
import { mayHoldSecret } from "./wire-json.ts";
import { toWireValue } from "./wire-value.ts";

/** UTF-8 takes at most so many bytes for one UTF-16 unit. */
const bytesPerUnit = 3;

/** Makes one line of each event: redacted, without loss, `type` first, within the limit. */
export class EventEncoder {
  readonly #redactor: Redactor;
  readonly #proseRedactor: Redactor;
  readonly #maxLineBytes: number;
  readonly #printer: EventPrinter;

  constructor(redactor: Redactor, maxLineBytes: number) {
    this.#redactor = redactor;
    this.#proseRedactor = forProse(redactor);
    this.#maxLineBytes = maxLineBytes;
    this.#printer = new EventPrinter(redactor);
  }

  /** With its newline. Throws `UNSERIALIZABLE_VALUE` and `LINE_TOO_LONG`. */
  encode(event: DomainEvent | FrameworkEvent): string {
    const line =
      event.type === "aoi:error" || event.type === "aoi:warning"
        ? this.#encodeWalked(event, this.#proseRedactor)
        : (this.#encodePlain(event) ?? this.#encodeWalked(event, this.#redactor));
    if (line.length * bytesPerUnit > this.#maxLineBytes) this.#checkLength(line, event.type);
    return line;
  }

  /** Whether lines made elsewhere are what `encode` would have made: none holds or names a secret, or can be too long. */
  admits(events: { readonly fieldNames: readonly string[]; readonly lines: Uint8Array }): boolean {
    if (this.#redactor.searches || events.lines.length > this.#maxLineBytes) return false;
    return !events.fieldNames.some((name) => this.#redactor.isSecretName(name));
  }

  /** The event as it is, when printing it changes, drops and reveals nothing. */
  #encodePlain(event: DomainEvent | FrameworkEvent): string | undefined {
    const line = this.#printer.print(event);
    return line === undefined || mayHoldSecret(line, this.#redactor) ? undefined : line;
  }

  #encodeWalked(event: DomainEvent | FrameworkEvent, redactor: Redactor): string {
    const first = startsWithType(event) ? event : typeFirst(event);
    return `${JSON.stringify(toWireValue(first, redactor))}\n`;
  }

  #checkLength(line: string, type: string): void {
    const sizeBytes = Buffer.byteLength(line);
    if (sizeBytes <= this.#maxLineBytes) return;
    throw new TerminalError(
      "internal",
      "LINE_TOO_LONG",
      `an event of type ${type} takes ${sizeBytes} bytes, over the ${this.#maxLineBytes} of one line; write it to a file and emit an aoi:artifact`,
    );
  }
}

/** Of what is printed: fields of its own. */
function startsWithType(event: DomainEvent): boolean {
  for (const name in event) return name === "type" && Object.hasOwn(event, name);
  return false;
}

/** The discriminator leads, for whoever reads a stream with their eyes. */
function typeFirst(event: DomainEvent): DomainEvent {
  const { type, ...fields } = event;
  return { type, ...fields };
}
