import { UserError, didYouMean } from "@aomori/protocol";
import type { CommandSpec, FlagSpec, PositionalSpec } from "../command-spec.ts";
import type { GlobalFlags } from "../global-flags.ts";
import type { InputField } from "../input-fields.ts";
import { inputFields, inputParameter } from "../input-fields.ts";
import type { ParsedArguments } from "../parse-arguments.ts";
import { requireAll } from "../parse-arguments.ts";
import { inRange, invalid, parseValue } from "../parse-value.ts";

/**
 * Reads a request's parameters as a command line's arguments are read: the same bounds, the same words.
 * Throws `UserError` of category usage: `UNKNOWN_FIELD`, `INVALID_VALUE`, `MISSING_ARGUMENT`.
 */
export function parseInput(
  spec: CommandSpec,
  params: Readonly<Record<string, unknown>>,
): ParsedArguments {
  const fields = inputFields(spec);
  const input: Record<string, unknown> = {};
  const flags: Partial<Record<keyof GlobalFlags, unknown>> = {};
  for (const [name, value] of Object.entries(params)) {
    if (name === inputParameter && spec.inputSchemas !== undefined) continue;
    const field = fields.find((known) => known.name === name);
    if (field === undefined) throw unknownField(spec, name, fields);
    if (value === undefined || value === null) continue;
    const read = readValue(name, value, field.spec);
    if (field.flag === undefined) input[name] = read;
    else flags[field.flag] = read;
  }
  requireAll(spec, (field) => Object.hasOwn(input, field));
  const reads = spec.inputSchemas !== undefined && inputParameter in params;
  return { input, flags: { ...globalFlags(flags), ...(reads ? { inputJsonl: "-" } : {}) } };
}

function globalFlags(given: Partial<Record<keyof GlobalFlags, unknown>>): GlobalFlags {
  const { timeoutMs, limit, cursor, idempotencyKey } = given;
  return {
    format: "jsonl",
    help: false,
    version: false,
    quiet: false,
    verbose: false,
    color: true,
    yes: given.yes === true,
    dryRun: given.dryRun === true,
    ...(typeof timeoutMs === "number" ? { timeoutMs } : {}),
    ...(typeof limit === "number" ? { limit } : {}),
    ...(typeof cursor === "string" ? { cursor } : {}),
    ...(typeof idempotencyKey === "string" ? { idempotencyKey } : {}),
  };
}

function readValue(name: string, value: unknown, spec: FlagSpec | PositionalSpec): unknown {
  const isMany = spec.repeatable === true || ("verbatim" in spec && spec.verbatim);
  if (!isMany) return readOne(name, value, spec);
  if (!Array.isArray(value)) throw wrong(name, value, "takes a list");
  return value.map((item: unknown, index) => readOne(`${name}[${index}]`, item, spec));
}

function readOne(name: string, value: unknown, spec: FlagSpec | PositionalSpec): unknown {
  switch (spec.type) {
    case "json":
      return value;
    case "string":
      if (typeof value !== "string") throw wrong(name, value, "takes a string");
      return parseValue(name, value, spec);
    case "boolean":
      if (typeof value !== "boolean") throw wrong(name, value, "takes true or false");
      return value;
    case "duration":
      if (typeof value === "string") return parseValue(name, value, spec);
      if (!Number.isSafeInteger(value)) throw wrong(name, value, "takes milliseconds");
      return inRange(name, String(value), Number(value), spec);
    default:
      if (typeof value !== "number") throw wrong(name, value, `takes ${article(spec.type)}`);
      return parseValue(name, String(value), spec);
  }
}

function article(type: string): string {
  return type === "integer" ? "an integer" : "a number";
}

function wrong(name: string, value: unknown, rule: string): UserError {
  return invalid(name, typeof value === "string" ? value : JSON.stringify(value), rule);
}

function unknownField(spec: CommandSpec, name: string, fields: readonly InputField[]): UserError {
  const known = fields.map((field) => field.name);
  const list = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
  return new UserError(
    "usage",
    "UNKNOWN_FIELD",
    `"${spec.name}" has no parameter ${JSON.stringify(name)}.${didYouMean(name, known)} ${list}`,
  );
}
