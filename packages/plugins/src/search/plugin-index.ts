import { UserError } from "@aomori/protocol";
import { readTextFile } from "@aomori/system";
import * as z from "zod";
import { checked, named } from "../json/fields.ts";
import { checkShape, describeProblems } from "../json/schema-problems.ts";
import { parseStrictJson } from "../json/strict-json.ts";
import { textProblem } from "../manifest/text-rules.ts";
import type { Owner, PluginName, Repository, Version } from "../names/names.ts";
import { versionRule } from "../names/release-names.ts";
import { ownerRule, pluginNameRule, repositoryRule } from "../names/repository-names.ts";

/** One plugin of an index, in wire names. */
export interface IndexedPlugin {
  readonly name: PluginName;
  readonly owner: Owner;
  readonly repository: Repository;
  readonly summary: string;
  readonly keywords: readonly string[];
  readonly latest_version: Version;
}

const limits = { maxBytes: 32 * 1024 * 1024, maxDepth: 8 };

/** Reads `{schema: 1, plugins: […]}`; fields it does not know are passed over. Throws INDEX_NOT_FOUND and INDEX_INVALID. */
export async function readPluginIndex(path: string): Promise<readonly IndexedPlugin[]> {
  const text = await readTextFile(path);
  if (text === undefined) {
    const message = `there is no index ${path}; give the path of a plugin index, a JSON file`;
    throw new UserError("not_found", "INDEX_NOT_FOUND", message, { details: { path } });
  }
  return parsePluginIndex(text, path);
}

/** Throws INDEX_INVALID with the path of each field that is wrong. */
export function parsePluginIndex(
  content: string | Uint8Array,
  where: string,
): readonly IndexedPlugin[] {
  const json = parseStrictJson(content, limits);
  if (json.kind === "refused") throw indexInvalid(where, json.why, json.cause);
  const result = checkShape(indexSchema(), json.value);
  if (result.kind !== "valid") throw indexInvalid(where, describeProblems(result.problems));
  return result.value.plugins;
}

function indexSchema() {
  const plugin = z.object({
    name: named(pluginNameRule),
    owner: named(ownerRule),
    repository: named(repositoryRule),
    summary: checked(textProblem, { maxLength: 500 }),
    keywords: z
      .array(checked(textProblem, { maxLength: 50 }))
      .max(32)
      .default([]),
    latest_version: named(versionRule),
  });
  return z.object({ schema: z.literal(1), plugins: z.array(plugin).max(100_000) });
}

function indexInvalid(where: string, why: string, cause?: unknown): UserError {
  const message = `the index ${where} is not valid: ${why}; tell whoever keeps it, or give another one`;
  return new UserError("validation", "INDEX_INVALID", message, { cause, details: { where } });
}
