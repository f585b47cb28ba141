import { aoiVersion } from "@aomori/protocol";
import { mcpSpec } from "./builtin-specs.ts";
import type { CommandSpec } from "./command-spec.ts";
import type { ProgramIdentity } from "./context.ts";
import type { FrameworkSchema } from "./framework-schemas.ts";
import { frameworkSchemas } from "./framework-schemas.ts";
import { globalFlagsOf } from "./global-flags.ts";
import { inputSchema } from "./input-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { definitionsOf, dereference, propertiesOf } from "./json-schema.ts";
import { isStringArray } from "./records.ts";

type Document = Readonly<Record<string, unknown>>;

/** What a program can do, as one JSON object: an agent reads this instead of help. */
export function capabilitiesDocument(
  program: ProgramIdentity,
  specs: readonly CommandSpec[],
): Document {
  const { name, version, schemaName, schemaVersion } = program;
  return {
    tool: name,
    tool_version: version,
    aoi_versions: [aoiVersion],
    schemas: [{ name: schemaName, versions: [schemaVersion], default: schemaVersion }],
    commands: specs.filter((spec) => spec !== mcpSpec).map(capability),
    // Ours: ways to run the same commands that do not speak the batch protocol.
    servers: [
      { protocol: "aoi-session", transport: "stdio", args: ["--mode", "session"] },
      ...(specs.includes(mcpSpec) ? [{ protocol: "mcp", transport: "stdio", args: ["mcp"] }] : []),
    ],
  };
}

function capability(spec: CommandSpec): Document {
  const { effects } = spec;
  const globals = globalFlagsOf(spec).map((flag) => flag.name);
  return {
    name: spec.name,
    summary: spec.summary,
    ...(spec.isProgram === true ? { is_program: true } : {}),
    ...(spec.operation === undefined ? {} : { operation: spec.operation }),
    ...(spec.scope === undefined ? {} : { scope: spec.scope }),
    read_only: effects.readOnly,
    bounded: spec.result !== "events",
    supports_cursor: spec.flags.some(({ name }) => name === "cursor") || globals.includes("cursor"),
    event_types: eventTypes(spec),
    destructive: effects.destructive === true,
    requires_confirm: effects.destructive === true,
    supports_dry_run: effects.dryRun === true,
    supports_idempotency_key: effects.idempotencyKey === true,
    ...(spec.inputSchemas === undefined ? {} : { input_schemas: spec.inputSchemas }),
    input_schema: inputSchema(spec),
    positionals: spec.positionals,
    flags: spec.flags,
    global_flags: globals,
    errors: spec.errors,
    examples: spec.examples,
  };
}

/** JSON Schema 2020-12 of every event one command, or any of several, can write. */
export function schemaDocument(program: ProgramIdentity, all: readonly CommandSpec[]): Document {
  const specs = all.filter((spec) => spec !== mcpSpec);
  const domain = new Map(specs.map((spec) => [spec.name, domainSchema(spec)]));
  const framework = Object.entries(frameworkSchemas);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${program.schemaName}@${program.schemaVersion}`,
    anyOf: [
      ...framework.map(([type]) => ({ $ref: `#/$defs/${type.replace(":", "_")}` })),
      ...[...domain.keys()].map((name) => ({ $ref: `#/$defs/${defName(name)}` })),
    ],
    $defs: {
      ...Object.assign({}, ...specs.map((spec) => definitionsOf(spec.output ?? {}))),
      ...Object.fromEntries(
        framework.map(([type, schema]) => [type.replace(":", "_"), eventSchema(type, schema)]),
      ),
      ...Object.fromEntries([...domain].map(([name, schema]) => [defName(name), schema])),
    },
  };
}

function defName(command: string): string {
  return command.replaceAll(" ", "_");
}

/** Of a stream the kernel knows only what its schema declares; passed warnings may come in any, signs of life in every command. */
function eventTypes(spec: CommandSpec): string[] {
  const isStream = spec.result === "events";
  const own = isStream ? declaredTypes(spec.output, spec.output ?? {}) : [spec.eventType];
  const reads = isStream || spec.inputSchemas !== undefined;
  return [
    "aoi:meta",
    ...own,
    ...(spec.emits ?? []),
    ...(spec.effects.dryRun === true ? ["aoi:plan"] : []),
    ...(reads ? ["aoi:warning", "aoi:progress"] : []),
    "aoi:heartbeat",
    "aoi:error",
    "aoi:summary",
  ];
}

/** The `type` constants an event schema names, inside its unions too. */
function declaredTypes(schema: unknown, root: JsonSchema): string[] {
  const own = dereference(schema, root);
  const type = dereference(propertiesOf(own)["type"], root);
  const constant = type["const"];
  const here = isStringArray(type["enum"]) ? type["enum"] : [constant];
  const unions = [own["anyOf"], own["oneOf"]];
  const options = unions.flatMap((union): unknown[] => (Array.isArray(union) ? union : []));
  const below = options.flatMap((option) => declaredTypes(option, root));
  const found = [...here, ...below].filter((name) => typeof name === "string");
  return [...new Set(found)];
}

/** Domain events without a schema: of the types the command names, of any when it names none, or there are none. */
function unnamedEvents({ emits }: CommandSpec): Document {
  const named = emits?.filter((type) => !type.startsWith("aoi:"));
  if (named?.length === 0) return { not: {} };
  const type =
    named === undefined ? { type: "string", not: { pattern: "^aoi:" } } : { enum: named };
  return { type: "object", properties: { type }, required: ["type"] };
}

/** A resource's fields beside `type`; a streamed event is its own schema. */
export function domainSchema(spec: CommandSpec): Document {
  const { $defs: _defs, $schema: _schema, ...output } = spec.output ?? { type: "object" };
  if (spec.result === "events") return spec.output === undefined ? unnamedEvents(spec) : output;
  const own = resourceSchema(spec, output);
  const streamed = spec.emits?.some((name) => !name.startsWith("aoi:")) ?? false;
  return streamed ? { anyOf: [own, unnamedEvents(spec)] } : own;
}

function resourceSchema(spec: CommandSpec, output: Document): Document {
  const type = { const: spec.eventType };
  const resource = dereference(output, spec.output ?? {});
  if (resource["type"] !== "object") return wrapped("value", type, output);
  const own = propertiesOf(resource);
  if ("type" in own) return wrapped("data", type, output);
  const required = isStringArray(resource["required"]) ? resource["required"] : [];
  return { ...resource, properties: { type, ...own }, required: ["type", ...required] };
}

function wrapped(name: string, type: Document, schema: Document): Document {
  return { type: "object", properties: { type, [name]: schema }, required: ["type", name] };
}

function eventSchema(type: string, { required, properties }: FrameworkSchema): Document {
  return {
    type: "object",
    properties: { type: { const: type }, ...properties },
    required: ["type", ...required],
  };
}
