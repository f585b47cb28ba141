import { UserError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";

/**
 * The one text of a JSON value, as RFC 8785 gives it: no blanks, members ordered by the UTF-16 code units of
 * their names, numbers and strings as ECMAScript writes them. What is signed and digested is its UTF-8.
 * Throws NOT_CANONICAL (validation) for what I-JSON cannot carry: no finite number, a lone surrogate, no JSON value.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === "string") return canonicalText(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  if (isRecord(value)) {
    const members = Object.keys(value)
      .sort(byCodeUnits)
      .map((name) => `${canonicalText(name)}:${canonicalJson(value[name])}`);
    return `{${members.join(",")}}`;
  }
  throw notCanonical(typeof value === "number" ? String(value) : `a value of type ${typeof value}`);
}

function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw notCanonical("a text with half a surrogate pair");
  return JSON.stringify(text);
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function notCanonical(what: string): UserError {
  return new UserError("validation", "NOT_CANONICAL", `${what} has no canonical JSON; remove it`);
}
