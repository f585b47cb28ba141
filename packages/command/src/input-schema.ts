import type { CommandSpec, FlagSpec, PositionalSpec } from "./command-spec.ts";
import type { InputField } from "./input-fields.ts";
import { inputFields, inputParameter } from "./input-fields.ts";
import type { JsonSchema } from "./json-schema.ts";

/** JSON Schema 2020-12 of what a command takes by name: in a session, as an MCP tool, and for whoever writes its command line. */
export function inputSchema(spec: CommandSpec): JsonSchema {
  const fields = inputFields(spec);
  const reads = spec.inputSchemas !== undefined;
  const required = fields.filter((field) => field.spec.required === true).map(({ name }) => name);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(fields.map((field) => [field.name, propertySchema(field)])),
      ...(reads ? { [inputParameter]: inputEvents(spec) } : {}),
    },
    ...(required.length === 0 && !reads
      ? {}
      : { required: [...required, ...(reads ? [inputParameter] : [])] }),
    additionalProperties: false,
  };
}

function inputEvents({ inputSchemas = [] }: CommandSpec): JsonSchema {
  return {
    type: "array",
    items: { type: "object", properties: { type: { type: "string" } }, required: ["type"] },
    description: `events of ${inputSchemas.join(" or ")}; aoi:meta and aoi:summary may be left out`,
  };
}

function propertySchema({ spec }: InputField): JsonSchema {
  const isMany = spec.repeatable === true || ("verbatim" in spec && spec.verbatim);
  const description = describe(spec);
  return {
    ...(isMany ? { type: "array", items: valueSchema(spec) } : valueSchema(spec)),
    ...(description === "" ? {} : { description }),
    ...typedDefault(spec),
  };
}

function valueSchema(spec: FlagSpec | PositionalSpec): JsonSchema {
  const { type, minimum, maximum, enum: words, aliases = {} } = spec;
  const bounds = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
  switch (type) {
    case "json":
      return {};
    case "duration":
      return { type: "integer", ...bounds };
    case "string":
      if (words === undefined) return { type };
      return { type, enum: [...words, ...Object.keys(aliases)] };
    default:
      return { type, ...bounds };
  }
}

function describe(spec: FlagSpec | PositionalSpec): string {
  const notes = [
    spec.description ?? "",
    spec.type === "duration" ? "(milliseconds)" : "",
    "default" in spec && !("default" in typedDefault(spec)) ? `(default: ${spec.default})` : "",
  ];
  return notes.filter((note) => note !== "").join(" ");
}

/** A default that is a value and not only a word for people. */
function typedDefault(spec: FlagSpec | PositionalSpec): { readonly default?: unknown } {
  if (!("default" in spec) || spec.repeatable === true) return {};
  const { default: text, type } = spec;
  const value = type === "integer" || type === "number" ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return { default: value };
  if (type === "boolean" && (text === "true" || text === "false"))
    return { default: text === "true" };
  return type === "string" && spec.enum?.includes(text) === true ? { default: text } : {};
}
