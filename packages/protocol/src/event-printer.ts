import type { DomainEvent, FrameworkEvent } from "./events.ts";
import { PlainValues, hasPlainPrototype, isExactNumber } from "./plain-values.ts";
import type { Redactor } from "./redaction.ts";
import { plainJson } from "./wire-json.ts";

const maxKnownNames = 10_000;
/** A text that changed so often in a row is not compared with the one before any more. */
const maxChanges = 100;
/** What JSON escapes in text. Surrogates are here too: only pairs stay as they are. */
// oxlint-disable-next-line no-control-regex -- JSON escapes them
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * Prints plain events as JSON.stringify would, in less time: events of one stream have the same few fields, so
 * what is known of a field, its name as JSON and that it hides nothing, is kept.
 */
export class EventPrinter {
  readonly #redactor: Redactor;
  readonly #nested: PlainValues;
  readonly #fields = new Map<string, Field>();
  /** The fields seen last, by position: most events look like the one before. */
  readonly #latest: Field[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
    this.#nested = new PlainValues(redactor);
  }

  /**
   * The line of an event that begins with its type; undefined when printing it as it is would drop, change or
   * reveal something. Registered secrets are for the caller to find in the finished line.
   */
  print(event: DomainEvent | FrameworkEvent): string | undefined {
    if (!hasPlainPrototype(event) || "toJSON" in event || inheritsFields()) return undefined;
    const latest = this.#latest;
    let line = "";
    let position = 0;
    for (const name in event) {
      let field = latest[position];
      if (field?.name !== name) {
        field = this.#fieldOf(name);
        if (field === undefined || field.isFirst !== (position === 0)) return undefined;
        latest[position] = field;
      }
      const printed = field.print(event[name]);
      if (printed === undefined) return undefined;
      line += printed;
      position += 1;
    }
    return `${line}}\n`;
  }

  #fieldOf(name: string): Field | undefined {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    if (this.#redactor.isSecretName(name) || !name.isWellFormed()) return undefined;
    const field = new Field(name, this.#nested);
    if (this.#fields.size < maxKnownNames) this.#fields.set(name, field);
    return field;
  }
}

/** Every event has the discriminator first, for whoever reads a stream with their eyes. */
const firstName = "type";

class Field {
  readonly name: string;
  readonly isFirst: boolean;
  readonly #nested: PlainValues;
  /** The name with what stands before its value, and before that of a text. */
  readonly #named: string;
  readonly #quoted: string;
  /** Many fields say the same in event after event; of the others this is soon known. */
  #latest = "";
  #latestPrinted: string | undefined;
  #changes = 0;

  constructor(name: string, nested: PlainValues) {
    this.name = name;
    this.isFirst = name === firstName;
    this.#nested = nested;
    this.#named = `${this.isFirst ? "{" : ","}${JSON.stringify(name)}:`;
    this.#quoted = `${this.#named}"`;
  }

  /** The whole member with its comma, nothing for undefined; undefined when the value is not plain. */
  print(value: unknown): string | undefined {
    switch (typeof value) {
      case "string":
        return this.#printText(value);
      case "number":
        return isExactNumber(value) ? `${this.#named}${value}` : undefined;
      case "boolean":
        return `${this.#named}${value ? "true" : "false"}`;
      case "undefined":
        return this.isFirst ? undefined : "";
      case "object": {
        const json = plainJson(value, this.#nested);
        return json === undefined ? undefined : `${this.#named}${json}`;
      }
      default:
        return undefined;
    }
  }

  #printText(text: string): string | undefined {
    if (this.#changes > maxChanges) return this.#member(text);
    if (text === this.#latest) {
      this.#changes = 0;
      return (this.#latestPrinted ??= this.#member(text));
    }
    this.#changes += 1;
    this.#latest = text;
    this.#latestPrinted = undefined;
    return this.#member(text);
  }

  #member(text: string): string | undefined {
    if (!escaped.test(text)) return `${this.#quoted}${text}"`;
    return text.isWellFormed() ? `${this.#named}${JSON.stringify(text)}` : undefined;
  }
}

/** Somebody gave all objects a field: JSON does not print it, but a loop over the names comes across. */
function inheritsFields(): boolean {
  for (const _name in Object.prototype) return true;
  return false;
}
