import { TerminalError, errorBody } from "./errors.ts";
import type { Redactor } from "./redaction.ts";
import { redactedText } from "./redaction.ts";

/** Deeper values are refused: JSON readers in other languages give up near here. */
const maxDepth = 500;

/**
 * A copy of `value` that `JSON.stringify` prints without loss and without secrets.
 *
 * Integers beyond 2^53 become strings, bytes base64, errors their wire shape. NaN, infinities, circular
 * references, maps, sets, functions and symbols are refused with their path, as `UNSERIALIZABLE_VALUE`.
 */
export function toWireValue(value: unknown, redactor?: Redactor): unknown {
  return new Walk(redactor).visit(value, "", false);
}

class Walk {
  readonly #redactor: Redactor | undefined;
  readonly #ancestors: object[] = [];
  readonly #path: (string | number)[] = [];

  constructor(redactor: Redactor | undefined) {
    this.#redactor = redactor;
  }

  visit(value: unknown, key: string | number, hidden: boolean): unknown {
    switch (typeof value) {
      case "string":
        return hidden ? redactedText : (this.#redactor?.text(value) ?? value);
      case "number":
        return hidden ? redactedText : this.#number(value);
      case "bigint":
        return hidden ? redactedText : integer(value);
      case "boolean":
      case "undefined":
        return value;
      case "object":
        return value === null ? null : this.#object(value, key, hidden);
      default:
        throw this.#refusal(`a ${typeof value}`);
    }
  }

  #number(value: number): number | string {
    if (!Number.isFinite(value)) throw this.#refusal(String(value));
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? BigInt(value).toString()
      : value;
  }

  #object(value: object, key: string | number, hidden: boolean): unknown {
    if ("toJSON" in value && typeof value.toJSON === "function" && !Buffer.isBuffer(value)) {
      const replaced: unknown = Reflect.apply(value.toJSON, value, [String(key)]);
      return this.visit(replaced, key, hidden);
    }
    if (value instanceof Uint8Array) {
      return hidden ? redactedText : Buffer.from(value).toString("base64");
    }
    if (value instanceof Map || value instanceof Set) throw this.#refusal("a Map or Set");
    if (this.#ancestors.includes(value)) throw this.#refusal("a circular reference");
    if (this.#ancestors.length >= maxDepth)
      throw this.#refusal(`nesting beyond ${maxDepth} levels`);
    this.#ancestors.push(value);
    const copy = Array.isArray(value)
      ? this.#array(value, hidden)
      : this.#record(value instanceof Error ? errorBody(value) : value, hidden);
    this.#ancestors.pop();
    return copy;
  }

  #array(items: readonly unknown[], hidden: boolean): unknown[] {
    return Array.from(items, (item, index) => {
      this.#path.push(index);
      const copy = this.visit(item, index, hidden);
      this.#path.pop();
      return copy;
    });
  }

  #record(record: object, hidden: boolean): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(record)) {
      this.#path.push(key);
      const hide = hidden || this.#redactor?.isSecretName(key) === true;
      const wire = this.visit(item, key, hide);
      const name = this.#redactor?.text(key) ?? key;
      if (name === "__proto__") defineProto(copy, wire);
      else copy[name] = wire;
      this.#path.pop();
    }
    return copy;
  }

  #refusal(what: string): TerminalError {
    const path = this.#path
      .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
      .join("");
    return new TerminalError(
      "internal",
      "UNSERIALIZABLE_VALUE",
      `the value at $${path} is ${what}, which JSON cannot carry; convert it before it is emitted`,
      { details: { path: `$${path}` } },
    );
  }
}

function integer(value: bigint): number | string {
  const isSafe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return isSafe ? Number(value) : value.toString();
}

function defineProto(target: object, value: unknown): void {
  Object.defineProperty(target, "__proto__", {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
