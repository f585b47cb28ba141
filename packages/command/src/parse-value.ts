import { UserError, didYouMean } from "@aomori/protocol";
import type { FlagSpec, PositionalSpec } from "./command-spec.ts";
import { parseDuration } from "./duration.ts";

/** The value of one argument; `label` names it in errors: `--limit` or `<id>`. */
export function parseValue(
  label: string,
  text: string,
  spec: Omit<FlagSpec | PositionalSpec, "name" | "field">,
): unknown {
  switch (spec.type) {
    case "string":
      return spec.enum === undefined ? text : parseWord(label, text, spec.enum, spec.aliases);
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw invalid(label, text, "takes true or false");
    case "integer":
    case "number":
      return parseNumber(label, text, spec);
    case "duration": {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return inRange(label, text, durationMs, spec);
      throw invalid(label, text, "takes a duration with its unit, like 500ms, 30s, 10m or 2h");
    }
    default:
      return parseJson(label, text);
  }
}

function parseWord(
  label: string,
  text: string,
  words: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): string {
  const lower = text.toLowerCase();
  const found =
    words.find((word) => word === text) ?? words.find((word) => word.toLowerCase() === lower);
  if (found !== undefined) return found;
  if (Object.hasOwn(aliases, lower)) return aliases[lower] ?? text;
  const known = [...words, ...Object.keys(aliases)];
  throw invalid(label, text, `takes one of ${words.join(", ")}`, { hint: didYouMean(text, known) });
}

function parseNumber(
  label: string,
  text: string,
  spec: { readonly type: string; readonly minimum?: number; readonly maximum?: number },
): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const fits = spec.type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!fits)
    throw invalid(label, text, spec.type === "integer" ? "takes an integer" : "takes a number");
  return inRange(label, text, value, spec);
}

/** `value` itself; throws `INVALID_VALUE` (usage) when it is out of bounds. */
export function inRange(
  label: string,
  text: string,
  value: number,
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
): number {
  if (minimum !== undefined && value < minimum)
    throw invalid(label, text, `is at least ${minimum}`);
  if (maximum !== undefined && value > maximum) throw invalid(label, text, `is at most ${maximum}`);
  return value;
}

function parseJson(label: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw invalid(label, text, "takes JSON", { cause });
  }
}

/** The error for a value that an argument does not take. */
export function invalid(
  label: string,
  text: string,
  rule: string,
  { hint = "", cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): UserError {
  const value = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const message = `${label} ${rule}, not ${value}${hint === "" ? "" : `.${hint}`}`;
  return new UserError("usage", "INVALID_VALUE", message, { cause });
}
