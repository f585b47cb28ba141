import * as fc from "fast-check";
import type * as z from "zod";
import type { $ZodType, $ZodTypes } from "zod/v4/core";

const userKey = fc.oneof(
  fc.constantFrom("task_id", "taskId", "a_b_c", "openai-compatible", "_", "a__b", "0"),
  fc.string({ maxLength: 8 }).filter((key) => key !== "__proto__"),
);

function ofObject(shape: Readonly<Record<string, $ZodType>>): fc.Arbitrary<unknown> {
  const required: Record<string, fc.Arbitrary<unknown>> = {};
  const optional: string[] = [];
  for (const [key, field] of Object.entries(shape)) {
    required[key] = arbitraryOf(field);
    if (field._zod.optin === "optional" || field._zod.optout === "optional") optional.push(key);
  }
  const requiredKeys = Object.keys(required).filter((key) => !optional.includes(key));
  return fc.record(required, { requiredKeys });
}

/** Values of the shape a schema describes; leaves need not pass its checks, since the converter looks only at keys. */
export function arbitraryOf(schema: z.ZodType | $ZodType): fc.Arbitrary<unknown> {
  const definition = (schema as $ZodTypes)._zod.def;
  switch (definition.type) {
    case "object":
      return ofObject(definition.shape);
    case "array":
      return fc.array(arbitraryOf(definition.element), { maxLength: 3 });
    case "record":
      return fc.dictionary(userKey, arbitraryOf(definition.valueType), { maxKeys: 4 });
    case "nullable":
      return fc.option(arbitraryOf(definition.innerType), { nil: null });
    case "optional":
    case "default":
      return arbitraryOf(definition.innerType);
    case "pipe":
      return arbitraryOf(definition.in);
    case "lazy":
      return fc.jsonValue({ maxDepth: 2 });
    case "enum":
      return fc.constantFrom(...Object.values(definition.entries));
    case "number":
      return fc.integer();
    case "boolean":
      return fc.boolean();
    case "literal":
      return fc.constantFrom(...definition.values);
    case "string":
    case "template_literal":
      return fc.string({ maxLength: 12 });
    default:
      throw new TypeError(`no arbitrary for a schema of kind ${definition.type}`);
  }
}
