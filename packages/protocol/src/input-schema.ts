import type { CodedError } from "./errors.ts";
import { UserError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";

/** A schema as `input_schemas` names it: `com.example.outline.events@1.0.0`. */
interface SchemaReference {
  readonly name: string;
  readonly major: number;
}

const referenceForm = /^(?<name>[^@\s]+)@(?<major>\d+)(?:\.\d+){0,2}(?:[-+][0-9A-Za-z.+-]+)?$/;

/** Throws `MALFORMED_SCHEMA_REFERENCE` (config) when the text is not `name@version`. */
function parseSchemaReference(text: string): SchemaReference {
  const { name, major } = referenceForm.exec(text)?.groups ?? {};
  if (name !== undefined && major !== undefined) return { name, major: Number(major) };
  throw new UserError(
    "config",
    "MALFORMED_SCHEMA_REFERENCE",
    `${JSON.stringify(text)} does not name a schema; write name@version, com.example.events@1.0.0 for one`,
  );
}

/**
 * Why the stream that opens with `first` is none of the accepted ones; undefined when it is. A schema is
 * accepted in its major version (that minor versions only add is Aomori's reading of semver here).
 */
export function inputSchemaProblem(
  first: StreamEvent | undefined,
  accepted: readonly string[],
): CodedError | undefined {
  if (accepted.length === 0) return undefined;
  const references = accepted.map(parseSchemaReference);
  const list = accepted.join(", ");
  if (first?.type !== "aoi:meta") {
    const message = `the input does not open with aoi:meta, so its schema is unknown; ${list} is read here`;
    return new UserError("validation", "INPUT_WITHOUT_META", message);
  }
  const [name, version] = [String(first["schema_name"]), String(first["schema_version"])];
  const major = Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);
  if (references.some((known) => known.name === name && known.major === major)) return undefined;
  const isOtherVersion = references.some((known) => known.name === name);
  return new UserError(
    "validation",
    isOtherVersion ? "INPUT_SCHEMA_VERSION" : "INPUT_SCHEMA_MISMATCH",
    `the input is of schema ${name}@${version}; ${list} is read here`,
    { details: { schema_name: name, schema_version: version, accepted } },
  );
}
