import { UserError } from "@aomori/protocol";
import type { Adapter } from "../adapter.ts";
import { fieldNamesOf } from "../json-schema.ts";
import type { ToolRecord } from "../record.ts";

export type Projection = (record: ToolRecord) => ToolRecord;

/**
 * Keeps the fields asked for, and always `type`, `source` and the bytes beside a name that is not UTF-8. A dot reaches
 * into an object. Throws UNKNOWN_FIELD for a first name the adapter's schema does not have.
 */
export function createProjection(
  fields: readonly string[],
  adapter: Adapter,
): Projection | undefined {
  if (fields.length === 0) return undefined;
  const known = fieldNamesOf(adapter);
  for (const field of fields) {
    const first = field.split(".")[0] ?? "";
    if (!known.includes(first)) {
      throw new UserError(
        "usage",
        "UNKNOWN_FIELD",
        `--fields: a record of ${adapter.name} has no ${JSON.stringify(first)}; it has ${known.join(", ")}`,
      );
    }
  }
  const paths = fields.map((field) => field.split("."));
  return (record) => {
    const kept: Record<string, unknown> = {};
    for (const path of paths) copyPath(record, kept, path);
    return { type: record.type, source: record.source, ...kept };
  };
}

function copyPath(from: object, to: Record<string, unknown>, path: readonly string[]): void {
  const [name = "", ...rest] = path;
  if (!Object.hasOwn(from, name)) return;
  const value: unknown = Reflect.get(from, name);
  if (rest.length === 0 || typeof value !== "object" || value === null) {
    to[name] = value;
    const bytes = `${name}_base64`;
    if (Object.hasOwn(from, bytes)) to[bytes] = Reflect.get(from, bytes);
    return;
  }
  const inner: Record<string, unknown> = {};
  const before = to[name];
  if (typeof before === "object" && before !== null) Object.assign(inner, before);
  copyPath(value, inner, rest);
  to[name] = inner;
}
