import { UserError } from "@aomori/protocol";
import { readJsonFile, writeFileAtomic } from "@aomori/system";
import { isFields } from "./rules/capability.ts";
import type { Baseline } from "./target.ts";

/** Reads a stored schema: as `writeBaseline` wrote it, or a bare JSON Schema whose title is `name@version`. */
export async function readBaseline(path: string): Promise<Baseline> {
  const value: unknown = await readJsonFile(path);
  if (isFields(value)) {
    const { schema_version: version, schema } = value;
    if (typeof version === "string" && isFields(schema)) return { schemaVersion: version, schema };
    const named = typeof value["title"] === "string" ? value["title"].split("@")[1] : undefined;
    if (named !== undefined) return { schemaVersion: named, schema: value };
  }
  throw new UserError(
    "usage",
    "INVALID_BASELINE",
    `${path} is no stored schema; write one with --write-baseline`,
  );
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  const { schemaVersion, schema } = baseline;
  await writeFileAtomic(
    path,
    `${JSON.stringify({ schema_version: schemaVersion, schema }, null, 2)}\n`,
  );
}
