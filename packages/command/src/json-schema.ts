import { isRecord } from "./records.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The `$defs` a schema refers into. */
export function definitionsOf(root: JsonSchema): JsonSchema {
  return isRecord(root["$defs"]) ? root["$defs"] : {};
}

/** The name behind a `$ref` into `$defs`. */
export function referenceName(schema: unknown): string | undefined {
  const reference = isRecord(schema) ? schema["$ref"] : undefined;
  return typeof reference === "string" && reference.startsWith("#/$defs/")
    ? reference.slice("#/$defs/".length)
    : undefined;
}

/** The schema itself, behind a `$ref` and without the `null` of a nullable value; `{}` for a union. */
export function dereference(schema: unknown, root: JsonSchema): JsonSchema {
  const name = referenceName(schema);
  if (name !== undefined) {
    const definition = definitionsOf(root)[name];
    return isRecord(definition) ? definition : {};
  }
  if (!isRecord(schema)) return {};
  const { type, anyOf } = schema;
  if (Array.isArray(type)) {
    const kept: unknown[] = type.filter((option) => option !== "null");
    return kept.length === 1 ? { ...schema, type: kept[0] } : {};
  }
  if (Array.isArray(anyOf)) {
    const kept: unknown[] = anyOf.filter(
      (option) => !isRecord(option) || option["type"] !== "null",
    );
    return kept.length === 1 ? dereference(kept[0], root) : schema;
  }
  return schema;
}

/** The fields of an object schema. */
export function propertiesOf(schema: JsonSchema): JsonSchema {
  return isRecord(schema["properties"]) ? schema["properties"] : {};
}
