/** A JSON Schema 2020-12, as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const sources = ["native", "parsed", "heuristic"] as const;

/** The schema of a record: `type`, `source` and its own fields; `name_base64` goes without saying beside any text. */
export function recordSchema(
  type: string,
  fields: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return {
    type: "object",
    properties: { type: { const: type }, source: { enum: sources }, ...fields },
    patternProperties: { _base64$: { type: "string", contentEncoding: "base64" } },
    required: ["type", "source", ...required],
  };
}

export const text: JsonSchema = { type: "string" };
export const flag: JsonSchema = { type: "boolean" };
/** Beyond 2^53 it is a string of digits. */
export const integer: JsonSchema = { type: ["integer", "string"] };
export const numeric: JsonSchema = { type: ["number", "string"] };
export const time: JsonSchema = { type: "string", format: "date-time" };
export const nullable = (schema: JsonSchema): JsonSchema => ({
  anyOf: [schema, { type: "null" }],
});
export const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });

/** The fields a record may have, by its schema; the bytes beside a text are not among them. */
export function fieldNamesOf({ schema }: { readonly schema: JsonSchema }): readonly string[] {
  const { properties } = schema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}
