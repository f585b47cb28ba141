import type { Operation } from "@aomori/operation";
import type { CommandSpec, FlagSpec, PositionalSpec, ValueType } from "./command-spec.ts";
import type { JsonSchema } from "./json-schema.ts";
import { dereference, propertiesOf, referenceName } from "./json-schema.ts";
import { isRecord, isStringArray } from "./records.ts";

/** What a program adds to a derived command. */
export interface CommandOverrides {
  /** Fields the program fills itself: no flag. */
  readonly omit?: readonly string[];
  /** Added to the derived flags; one of the same name takes its place. */
  readonly flags?: readonly FlagSpec[];
  readonly examples?: readonly string[];
  /** Type of the domain event; the name of the output's schema when absent. */
  readonly eventType?: string;
  /** Event schemas it reads: it is a transformer or a sink. */
  readonly inputSchemas?: readonly string[];
  /** Types of events that the schema does not name. */
  readonly emits?: readonly string[];
  /** Output fields to show although their name is a secret's. */
  readonly reveals?: readonly string[];
  /** Further words for the values of a field: `{status: {done: "completed"}}`. */
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const listFields: readonly string[] = ["items", "next_cursor"];
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
  const fields = propertiesOf(schema);
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
    errors: operation.errors ?? [],
    ...(overrides.reveals === undefined ? {} : { reveals: overrides.reveals }),
    ...(overrides.inputSchemas === undefined ? {} : { inputSchemas: overrides.inputSchemas }),
    ...resultOf(operation, cli.command),
    ...(overrides.eventType === undefined ? {} : { eventType: overrides.eventType }),
    ...(overrides.emits === undefined ? {} : { emits: overrides.emits }),
  };
}

/** The same command without the schema only discovery reads. */
export function withoutSchema(spec: CommandSpec): CommandSpec {
  const { output: _output, ...rest } = spec;
  return rest;
}

type Result = Pick<CommandSpec, "result" | "eventType" | "output">;

function resultOf(operation: Operation, command: string): Result {
  const isStream = operation.events !== undefined;
  const output = (operation.events ?? operation.output)["~standard"].jsonSchema.output({
    target: "draft-2020-12",
  });
  const fields = propertiesOf(dereference(output, output));
  const isList =
    "items" in fields && Object.keys(fields).every((name) => listFields.includes(name));
  const list = isRecord(fields["items"]) ? fields["items"] : {};
  const item = isList && isRecord(list["items"]) ? list["items"] : undefined;
  const named = referenceName(item ?? output);
  const noun = command.split(" ").slice(0, -1).join("_") || command;
  const eventType = snakeCase(named ?? noun);
  if (isStream) return { result: "events", eventType, output };
  if (item === undefined) return { result: "resource", eventType, output };
  const shared = "$defs" in output ? { $defs: output["$defs"] } : {};
  return {
    result: "next_cursor" in fields ? "page" : "list",
    eventType,
    output: { ...item, ...shared },
  };
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
  const schema = dereference(property, root);
  const described =
    isRecord(property) && typeof property["description"] === "string"
      ? { description: property["description"] }
      : {};
  const items = schema["type"] === "array" ? dereference(schema["items"], root) : undefined;
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

function kebabCase(field: string): string {
  return field.replaceAll("_", "-");
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-\s]+/g, "_")
    .toLowerCase();
}
