import type { ByteString } from "../byte-text.ts";
import { shownText } from "../byte-text.ts";
import { parseExactJson } from "../exact-json.ts";
import type { FieldType } from "./definition.ts";

/** A field whose text does not read as its type: the whole frame is told as a warning. */
export class UnreadableField extends Error {
  override readonly name = "UnreadableField";
}

const sizeFactors: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  on: true,
  false: false,
  no: false,
  "0": false,
  off: false,
};

/** Reads one field's bytes as its type. Throws `UnreadableField`. Texts are left to the caller, who keeps their bytes. */
export function readValue(bytes: ByteString, type: Exclude<FieldType, "string" | "path">): unknown {
  switch (type) {
    case "int":
      return integerOf(bytes);
    case "float":
      return matching(bytes, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/, "a number", Number);
    case "size":
      return sizeOf(bytes);
    case "epoch":
      return epochTime(bytes, 9);
    case "epoch_ms":
      return epochTime(shifted(bytes, 3), 9);
    case "epoch_us":
      return epochTime(shifted(bytes, 6), 9);
    case "time":
      return isoTime(bytes);
    case "mode":
      return matching(bytes, /^[0-7]{1,7}$/, "an octal mode", (text) => text.padStart(4, "0"));
    case "bool": {
      const truth = truths[bytes.toLowerCase()];
      if (truth === undefined)
        throw new UnreadableField(`${JSON.stringify(bytes)} is neither true nor false`);
      return truth;
    }
    default:
      return jsonOf(bytes);
  }
}

/** A number, or a BigInt beyond 2^53, which the wire carries as a string. */
export function integerOf(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text))
    throw new UnreadableField(`${JSON.stringify(text)} is no whole number`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, ""));
}

/** Seconds since 1970 with a fraction, as ISO-8601 UTC with as many digits of it as were given (nine at most). */
export function epochTime(text: string, maxDigits = 9): string {
  const found = /^(-?\d{1,14})(?:\.(\d*))?$/.exec(text);
  if (found === null) throw new UnreadableField(`${JSON.stringify(text)} is no time in seconds`);
  const [, whole = "0", fraction = ""] = found;
  const date = new Date(Number(whole) * 1000);
  if (Number.isNaN(date.getTime()))
    throw new UnreadableField(`${text} s is out of the range of dates`);
  const digits = fraction.slice(0, maxDigits).replace(/0+$/, "");
  return `${date.toISOString().slice(0, -5)}${digits === "" ? "" : `.${digits}`}Z`;
}

function shifted(text: string, places: number): string {
  if (!/^\d+$/.test(text)) return text;
  const padded = text.padStart(places + 1, "0");
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

function isoTime(text: string): string {
  const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|UTC|[+-]\d\d:?\d\d)$/;
  const normal = text
    .replace(" ", "T")
    .replace(/\s?UTC$/, "Z")
    .replace(/\s(?=[+-])/, "");
  const date = new Date(normal);
  if (!zoned.test(text) || Number.isNaN(date.getTime())) {
    throw new UnreadableField(`${JSON.stringify(text)} is no ISO-8601 time with a zone`);
  }
  return date.toISOString();
}

function sizeOf(text: string): number | bigint {
  const found = /^(\d+(?:\.\d+)?)\s?([BKMGTP]?)(?:i?B)?$/i.exec(text);
  if (found === null) throw new UnreadableField(`${JSON.stringify(text)} is no size`);
  const [, digits = "", unit = ""] = found;
  const factor = sizeFactors[unit.toUpperCase()] ?? 1;
  if (!digits.includes(".")) {
    const bytes = BigInt(digits) * BigInt(factor);
    return bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : bytes;
  }
  return Math.round(Number(digits) * factor);
}

function matching<Value>(
  text: string,
  pattern: RegExp,
  what: string,
  convert: (text: string) => Value,
): Value {
  if (!pattern.test(text)) throw new UnreadableField(`${JSON.stringify(text)} is not ${what}`);
  return convert(text);
}

function jsonOf(bytes: ByteString): unknown {
  try {
    return parseExactJson(shownText(bytes));
  } catch (cause) {
    throw new UnreadableField(`${JSON.stringify(bytes.slice(0, 80))} is not JSON`, { cause });
  }
}
