import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import type { ScannedEvent, Stream } from "../runner/stream.ts";

type Fields = Readonly<Record<string, unknown>>;

export type CompiledSchema =
  | { readonly kind: "valid"; readonly validate: ValidateFunction }
  | { readonly kind: "invalid"; readonly message: string };

const compiled = new WeakMap<Fields, CompiledSchema>();

/** Checks a schema against the meta-schema of its draft and makes it usable. Formats are not checked. */
export function compileSchema(schema: Fields): CompiledSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const result = compile(schema);
  compiled.set(schema, result);
  return result;
}

function compile(schema: Fields): CompiledSchema {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  try {
    if (ajv.validateSchema(schema) !== true) {
      return { kind: "invalid", message: ajv.errorsText(ajv.errors) };
    }
    return { kind: "valid", validate: ajv.compile(schema) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: "invalid", message: error.message };
  }
}

const maxValidated = 2000;

/** The first event no part of the schema allows, and why. */
export function firstInvalid(
  stream: Stream,
  schema: CompiledSchema,
): { readonly event: ScannedEvent; readonly message: string } | undefined {
  if (schema.kind === "invalid") return undefined;
  for (const event of stream.events.slice(0, maxValidated)) {
    if (schema.validate(event.value)) continue;
    const errors = schema.validate.errors ?? [];
    // Of a union, the branch of this type of event says most, and of that what lies deepest.
    const others = errors.filter(({ instancePath }) => instancePath !== "/type");
    const deepest = (others.length > 1 ? others : errors).toSorted(
      (a, b) => b.instancePath.length - a.instancePath.length,
    )[0];
    const message = `${deepest?.instancePath ?? ""} ${deepest?.message ?? "is not allowed"}`.trim();
    return { event, message };
  }
  return undefined;
}
