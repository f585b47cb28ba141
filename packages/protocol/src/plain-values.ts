import type { Redactor } from "./redaction.ts";

/** Deeper values take the slow way, which knows cycles. */
const plainDepth = 8;
const maxKnownNames = 10_000;

/** Knows values that JSON.stringify prints as they are: nothing in them is dropped, changed or hidden by its name. */
export class PlainValues {
  readonly #redactor: Redactor;
  /** Field names that hide nothing. */
  readonly #harmless = new Set<string>();
  /** The names seen last, by position: most values look like the one before. */
  readonly #latest: string[] = [];
  #position = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Text with lone surrogates, and registered secrets in it, are for the caller to find in the finished JSON. */
  has(value: unknown): boolean {
    this.#position = 0;
    return this.#isPlain(value, plainDepth + 1);
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
        return isExactNumber(value);
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
}

/** Also false for NaN and the infinities; what is beyond is decided by the slow way. */
export function isExactNumber(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
}

export function hasPlainPrototype(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
