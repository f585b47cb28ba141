import { bytesFieldName, exactBytes } from "./carried-bytes.ts";
import { TerminalError, errorBody } from "./errors.ts";
import type { Redactor } from "./redaction.ts";
import { redactedText } from "./redaction.ts";

/** Deeper values are refused: JSON readers in other languages give up near here. */
const maxDepth = 500;

/**
 * A copy of `value` that `JSON.stringify` prints without loss and without secrets.
 *
 * Integers beyond 2^53 become strings (a number from 1e21 on is written with an exponent and stays one), bytes base64, errors their wire shape. Text with lone surrogates, which
 * many JSON readers refuse, keeps its exact bytes in a field beside it (`bytesOfField`). NaN, infinities, circular
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
        return hidden ? redactedText : this.#wellFormed(this.#text(value));
      case "number":
        return hidden ? redactedText : this.#digits(this.#number(value));
      case "bigint":
        return hidden ? redactedText : this.#digits(integer(value));
      case "boolean":
      case "undefined":
        return value;
      case "object":
        return value === null ? null : this.#object(value, key, hidden);
      default:
        throw this.#refusal(`a ${typeof value}`);
    }
  }

  #text(text: string): string {
    return this.#redactor?.text(text) ?? text;
  }

  #digits(value: number | string): number | string {
    if (this.#redactor?.searches !== true) return value;
    const text = this.#text(String(value));
    return text === String(value) ? value : text;
  }

  #wellFormed(text: string): string {
    if (!text.isWellFormed()) throw this.#refusal("text with a lone surrogate");
    return text;
  }

  #number(value: number): number | string {
    if (!Number.isFinite(value)) throw this.#refusal(String(value));
    return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21
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
      // JSON has no such field, whatever its name.
      if (item === undefined) continue;
      this.#path.push(key);
      const hide = hidden || this.#redactor?.isSecretName(key) === true;
      const name = this.#wellFormed(this.#text(key));
      const exact = hide ? undefined : this.#exactBytes(item);
      const wire = this.visit(exact === undefined ? item : exact.shown, key, hide);
      if (name === "__proto__") defineProto(copy, wire);
      else copy[name] = wire;
      if (exact !== undefined) {
        const beside = bytesFieldName(name);
        if (Object.hasOwn(record, beside))
          throw this.#refusal(`text with a lone surrogate, and ${beside} is taken`);
        copy[beside] = exact.base64;
      }
      this.#path.pop();
    }
    return copy;
  }

  /** For text with lone surrogates, or a list with such items: what is shown of it, and the bytes that go beside it. */
  #exactBytes(item: unknown): { readonly shown: unknown; readonly base64: unknown } | undefined {
    if (typeof item === "string") {
      if (item.isWellFormed()) return undefined;
      const text = this.#text(item);
      return { shown: text.toWellFormed(), base64: base64Of(text) };
    }
    if (!Array.isArray(item)) return undefined;
    const items: readonly unknown[] = item;
    const isBroken = (one: unknown): one is string =>
      typeof one === "string" && !one.isWellFormed();
    if (!items.some(isBroken)) return undefined;
    return {
      shown: items.map((one) => (isBroken(one) ? this.#text(one).toWellFormed() : one)),
      base64: items.map((one) => (isBroken(one) ? base64Of(this.#text(one)) : null)),
    };
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

const base64Of = (text: string): string => Buffer.from(exactBytes(text)).toString("base64");

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
