import type { ErrorCategory } from "@aomori/protocol";
import { UserError, errorCategories } from "@aomori/protocol";
import type { FailureRecipe, InputRecipe, Recipe, SecretsRecipe } from "./recipe.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Turns the JSON of a recipe into its type; throws INVALID_RECIPE with the path of what is wrong. */
export function parseRecipe(value: unknown, file: string): Recipe {
  const reader = new RecipeReader(file);
  const root = reader.object(value, "", recipeFields);
  const at = <Item>(name: RecipeField, read: Read<Item>): Item | undefined =>
    root[name] === undefined ? undefined : read(reader, root[name], name);
  return {
    tool: at("tool", strings),
    fixture: at("fixture", text),
    setup: at("setup", (inner, list, path) => inner.list(list, path, strings)),
    env: at("env", texts),
    passEnv: at("pass_env", strings),
    keepHome: at("keep_home", flag),
    allowWrites: at("allow_writes", flag),
    discovery: at("discovery", (inner, word, path) => inner.oneOf(word, path, ["auto", "none"])),
    failures: at("failures", (inner, map, path) => inner.byCategory(map, path, readFailure)),
    exitCodes: at("exit_codes", (inner, map, path) => inner.byCategory(map, path, integer)),
    large: at("large", strings),
    slow: at("slow", strings),
    unbounded: at("unbounded", readUnbounded),
    deadline: at("deadline", strings),
    limit: at("limit", readLimit),
    cursor: at("cursor", readCursor),
    defaultLimit: at("default_limit", readDefaultLimit),
    dryRun: at("dry_run", strings),
    destructive: at("destructive", strings),
    apply: at("apply", strings),
    idempotent: at("idempotent", readIdempotent),
    secrets: at("secrets", readSecrets),
    input: at("input", readInput),
    sink: at("sink", readInput),
    baseline: at("baseline", text),
  };
}

const recipeFields = [
  "$schema",
  "tool",
  "fixture",
  "setup",
  "env",
  "pass_env",
  "keep_home",
  "allow_writes",
  "discovery",
  "failures",
  "exit_codes",
  "large",
  "slow",
  "unbounded",
  "deadline",
  "limit",
  "cursor",
  "default_limit",
  "dry_run",
  "destructive",
  "apply",
  "idempotent",
  "secrets",
  "input",
  "sink",
  "baseline",
] as const;

type RecipeField = (typeof recipeFields)[number];
type Read<Item> = (reader: RecipeReader, value: unknown, path: string) => Item;

const strings: Read<string[]> = (reader, value, path) => reader.strings(value, path);
const text: Read<string> = (reader, value, path) => reader.string(value, path);
const flag: Read<boolean> = (reader, value, path) => reader.boolean(value, path);
const integer: Read<number> = (reader, value, path) => reader.integer(value, path);
const texts: Read<Record<string, string>> = (reader, value, path) =>
  reader.record(value, path, text);

/** Reads a field of an object when it is there. */
function optional<Item>(
  reader: RecipeReader,
  fields: Fields,
  name: string,
  path: string,
  read: Read<Item>,
): Item | undefined {
  return fields[name] === undefined ? undefined : read(reader, fields[name], `${path}.${name}`);
}

function readUnbounded(reader: RecipeReader, value: unknown, path: string) {
  const fields = reader.object(value, path, ["argv", "heartbeat_ms"]);
  return {
    argv: reader.strings(fields["argv"], `${path}.argv`),
    heartbeatMs: reader.integer(fields["heartbeat_ms"], `${path}.heartbeat_ms`),
  };
}

function readLimit(reader: RecipeReader, value: unknown, path: string) {
  const fields = reader.object(value, path, ["argv", "flag"]);
  return {
    flag: reader.string(fields["flag"] ?? "--limit", `${path}.flag`),
    argv: optional(reader, fields, "argv", path, strings),
  };
}

function readCursor(reader: RecipeReader, value: unknown, path: string) {
  const fields = reader.object(value, path, ["flag", "field"]);
  return {
    flag: reader.string(fields["flag"] ?? "--cursor", `${path}.flag`),
    field: reader.string(fields["field"] ?? "next_cursor", `${path}.field`),
  };
}

function readDefaultLimit(reader: RecipeReader, value: unknown, path: string) {
  const fields = reader.object(value, path, ["argv", "at_most"]);
  return {
    argv: reader.strings(fields["argv"], `${path}.argv`),
    atMost: reader.integer(fields["at_most"], `${path}.at_most`),
  };
}

function readIdempotent(reader: RecipeReader, value: unknown, path: string) {
  const fields = reader.object(value, path, ["argv", "conflicting"]);
  return {
    argv: reader.strings(fields["argv"], `${path}.argv`),
    conflicting: optional(reader, fields, "conflicting", path, strings),
  };
}

function readFailure(reader: RecipeReader, value: unknown, path: string): FailureRecipe {
  if (Array.isArray(value)) return { argv: reader.strings(value, path) };
  const fields = reader.object(value, path, ["argv", "env"]);
  return {
    argv: reader.strings(fields["argv"], `${path}.argv`),
    env: optional(reader, fields, "env", path, texts),
  };
}

function readSecrets(reader: RecipeReader, value: unknown, path: string): SecretsRecipe {
  const fields = reader.object(value, path, ["env", "argv", "stdin", "files"]);
  return {
    env: optional(reader, fields, "env", path, strings),
    argv: optional(reader, fields, "argv", path, strings),
    stdin: optional(reader, fields, "stdin", path, text),
    files: optional(reader, fields, "files", path, texts),
  };
}

function readInput(reader: RecipeReader, value: unknown, path: string): InputRecipe {
  const fields = reader.object(value, path, ["argv", "sample", "schema"]);
  return {
    argv: reader.strings(fields["argv"], `${path}.argv`),
    sample: reader.list(fields["sample"] ?? [], `${path}.sample`, (inner, item, at) =>
      inner.object(item, at),
    ),
    schema: optional(reader, fields, "schema", path, text),
  };
}

class RecipeReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  object(value: unknown, path: string, names?: readonly string[]): Fields {
    if (!isFields(value)) throw this.#wrong(path, "an object", value);
    if (names !== undefined) this.only(value, path, names);
    return value;
  }

  only(fields: Fields, path: string, names: readonly string[]): void {
    const stranger = Object.keys(fields).find((name) => !names.includes(name));
    if (stranger === undefined) return;
    const where = path === "" ? "" : ` in ${path}`;
    throw this.#error(`has an unknown field "${stranger}"${where}; known: ${names.join(", ")}`);
  }

  string(value: unknown, path: string): string {
    if (typeof value === "string") return value;
    throw this.#wrong(path, "a string", value);
  }

  boolean(value: unknown, path: string): boolean {
    if (typeof value === "boolean") return value;
    throw this.#wrong(path, "true or false", value);
  }

  integer(value: unknown, path: string): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#wrong(path, "a whole number from 0", value);
  }

  oneOf<Name extends string>(value: unknown, path: string, names: readonly Name[]): Name {
    const found = names.find((name) => name === value);
    if (found !== undefined) return found;
    throw this.#wrong(path, `one of ${names.join(", ")}`, value);
  }

  strings(value: unknown, path: string): string[] {
    return this.list(value, path, (reader, item, at) => reader.string(item, at));
  }

  list<Item>(
    value: unknown,
    path: string,
    read: (reader: RecipeReader, item: unknown, path: string) => Item,
  ): Item[] {
    if (!Array.isArray(value)) throw this.#wrong(path, "an array", value);
    return value.map((item: unknown, index) => read(this, item, `${path}[${index}]`));
  }

  record<Item>(
    value: unknown,
    path: string,
    read: (reader: RecipeReader, item: unknown, path: string) => Item,
  ): Record<string, Item> {
    const entries = Object.entries(this.object(value, path));
    return Object.fromEntries(
      entries.map(([name, item]) => [name, read(this, item, `${path}.${name}`)]),
    );
  }

  byCategory<Item>(
    value: unknown,
    path: string,
    read: (reader: RecipeReader, item: unknown, path: string) => Item,
  ): Partial<Record<ErrorCategory, Item>> {
    this.only(this.object(value, path), path, errorCategories);
    return this.record(value, path, read);
  }

  #wrong(path: string, wanted: string, value: unknown): UserError {
    const found = JSON.stringify(value)?.slice(0, 80) ?? "nothing";
    return this.#error(`needs ${wanted} at "${path === "" ? "the top" : path}", not ${found}`);
  }

  #error(message: string): UserError {
    return new UserError(
      "usage",
      "INVALID_RECIPE",
      `the recipe ${this.#file} ${message}; see docs/lint-rules.md`,
    );
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
