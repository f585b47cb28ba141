import { errnoOf } from "@aomori/system";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The adapter files in a folder, by name; a tool's are `TOOL.json` and `TOOL-*.json`. A folder that is absent has none. */
export function adapterFilesIn(folder: string | undefined, tool?: string): readonly string[] {
  if (folder === undefined) return [];
  return namesIn(folder)
    .filter((name) => name.endsWith(".json"))
    .filter((name) => tool === undefined || name === `${tool}.json` || name.startsWith(`${tool}-`))
    .toSorted()
    .map((name) => join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}
