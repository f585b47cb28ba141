import type { Operation } from "@aomori/operation";
import type { CommandSpec, FlagSpec, PositionalSpec, ValueType } from "./command-spec.ts";
import { isRecord, isStringArray } from "./records.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a program adds to a derived command. */
export interface CommandOverrides {
  /** Fields the program fills itself: no flag. */
  readonly omit?: readonly string[];
  /** Added to the derived flags; one of the same name takes its place. */
  readonly flags?: readonly FlagSpec[];
  readonly examples?: readonly string[];
  /** Output fields to show although their name is a secret's. */
  readonly reveals?: readonly string[];
  /** Further words for the values of a field: `{status: {done: "completed"}}`. */
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Input fields that are global flags of the kernel: a handler finds them in its request. */
const kernelFields: readonly string[] = ["dry_run", "idempotency_key"];

/** The plain data of an operation's command; throws a `TypeError` when it has no `cli` or names a field it has not. */
export function commandFromOperation(
  operation: Operation,
  overrides: CommandOverrides = {},
): CommandSpec {
  const { cli } = operation;
  if (cli === undefined) throw new TypeError(`operation ${operation.id} has no cli binding`);
  const schema = operation.input["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const fields = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = isStringArray(schema["required"]) ? schema["required"] : [];
  const positionalFields = cli.positionals ?? [];
  for (const field of [...positionalFields, ...Object.keys(cli.flags ?? {})]) {
    if (!(field in fields)) throw new TypeError(`operation ${operation.id} has no field ${field}`);
  }
  const valueOf = (field: string) => ({
    field,
    ...valueSpec(fields[field], schema),
    ...(required.includes(field) ? { required: true } : {}),
    ...(overrides.aliases?.[field] === undefined ? {} : { aliases: overrides.aliases[field] }),
  });
  const left = [...positionalFields, ...kernelFields, ...(overrides.omit ?? [])];
  const flags = Object.keys(fields)
    .filter((field) => !left.includes(field))
    .map((field) =>
      flagSpec(cli.flags?.[field] ?? kebabCase(field), valueOf(field), fields[field]),
    );
  const replaced = (overrides.flags ?? []).map((flag) => flag.name);
  return {
    name: cli.command,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    operation: operation.id,
    scope: operation.scope,
    positionals: positionalFields.map((field): PositionalSpec => {
      return { name: kebabCase(field), ...valueOf(field) };
    }),
    flags: [...flags.filter((flag) => !replaced.includes(flag.name)), ...(overrides.flags ?? [])],
    examples: [...(cli.examples ?? []), ...(overrides.examples ?? [])],
    effects: operation.effects,
    ...(cli.columns === undefined ? {} : { columns: cli.columns }),
    eventType: cli.command.split(" ").slice(0, -1).join("_") || kebabCase(cli.command),
    errors: operation.errors ?? [],
    ...(overrides.reveals === undefined ? {} : { reveals: overrides.reveals }),
    ...resultOf(operation),
  };
}

/** The same command without the schema only discovery reads. */
export function withoutSchema(spec: CommandSpec): CommandSpec {
  const { output: _output, ...rest } = spec;
  return rest;
}

function resultOf(operation: Operation): Pick<CommandSpec, "result" | "output"> {
  const target = { target: "draft-2020-12" } as const;
  if (operation.events !== undefined) {
    const output = operation.events["~standard"].jsonSchema.output(target);
    return { result: "events", output };
  }
  const output = operation.output["~standard"].jsonSchema.output(target);
  const fields = isRecord(output["properties"]) ? output["properties"] : {};
  const list = fields["items"];
  if (!("next_cursor" in fields) || !isRecord(list) || !isRecord(list["items"])) {
    return { result: "resource", output };
  }
  const shared = "$defs" in output ? { $defs: output["$defs"] } : {};
  return { result: "page", output: { ...list["items"], ...shared } };
}

function flagSpec(name: string, value: Omit<FlagSpec, "name">, schema: unknown): FlagSpec {
  const fallback = isRecord(schema) ? schema["default"] : undefined;
  const shown = Array.isArray(fallback) && fallback.length === 0 ? undefined : fallback;
  return {
    name,
    ...value,
    ...(value.type === "boolean" ? {} : { valueName: valueName(name, value) }),
    ...(shown === undefined || shown === "" || shown === null
      ? {}
      : { default: typeof shown === "string" ? shown : JSON.stringify(shown) }),
  };
}

function valueName(name: string, value: Omit<FlagSpec, "name">): string {
  if (value.type === "json") return "json";
  if (value.type === "duration") return "duration";
  if (value.type === "integer" || value.type === "number") return "n";
  return name.split("-").at(-1) ?? name;
}

/** What one property of the input schema takes on a command line. */
function valueSpec(property: unknown, root: JsonSchema): Omit<PositionalSpec, "name" | "field"> {
  const schema = resolve(property, root);
  const described =
    isRecord(property) && typeof property["description"] === "string"
      ? { description: property["description"] }
      : {};
  const items = schema["type"] === "array" ? resolve(schema["items"], root) : undefined;
  const scalar = items === undefined ? undefined : scalarSpec(items);
  if (scalar !== undefined && scalar.type !== "json") {
    return { ...scalar, repeatable: true, ...described };
  }
  return { ...scalarSpec(schema), ...described };
}

function scalarSpec(schema: JsonSchema): Omit<PositionalSpec, "name" | "field"> {
  const type = valueType(schema);
  const values = isStringArray(schema["enum"]) ? { enum: schema["enum"] } : {};
  const constant = typeof schema["const"] === "string" ? { enum: [schema["const"]] } : {};
  const { minimum, maximum } = schema;
  return {
    type,
    ...values,
    ...constant,
    ...(typeof minimum === "number" && minimum !== Number.MIN_SAFE_INTEGER ? { minimum } : {}),
    ...(typeof maximum === "number" && maximum !== Number.MAX_SAFE_INTEGER ? { maximum } : {}),
  };
}

function valueType(schema: JsonSchema): ValueType {
  const type = schema["type"];
  if (typeof schema["const"] === "string" || isStringArray(schema["enum"])) return "string";
  if (type === "string" || type === "boolean") return type;
  if (type === "integer" || type === "number") {
    return schema["format"] === "duration-ms" ? "duration" : type;
  }
  return "json";
}

/** Follows a `$ref` into `$defs` and drops the `null` of a nullable value. */
function resolve(schema: unknown, root: JsonSchema): JsonSchema {
  if (!isRecord(schema)) return {};
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.replace("#/$defs/", "");
    const definitions = root["$defs"];
    return isRecord(definitions) && isRecord(definitions[name]) ? definitions[name] : {};
  }
  const { type, anyOf } = schema;
  if (Array.isArray(type)) {
    const kept = type.filter((name) => name !== "null");
    return kept.length === 1 ? { ...schema, type: kept[0] } : {};
  }
  if (Array.isArray(anyOf)) {
    const kept = anyOf.filter((option) => !(isRecord(option) && option["type"] === "null"));
    return kept.length === 1 ? resolve(kept[0], root) : {};
  }
  return schema;
}

function kebabCase(field: string): string {
  return field.replaceAll("_", "-");
}
