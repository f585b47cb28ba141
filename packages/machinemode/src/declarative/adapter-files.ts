import { errnoOf } from "@aomori/system";
import { UserError } from "@aomori/protocol";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Adapter } from "../adapter.ts";
import { compileAdapter } from "./compile-adapter.ts";
import { parseDefinition } from "./parse-definition.ts";

/** The adapters of one file, one for each sub-command. Throws BAD_ADAPTER_FILE, and ADAPTER_FILE_NOT_FOUND. */
export function adaptersInFile(file: string): readonly Adapter[] {
  const definition = parseDefinition(read(file), file);
  const { subcommands } = definition;
  return subcommands.length === 0
    ? [compileAdapter(definition)]
    : subcommands.map((words) => compileAdapter(definition, words));
}

export function adaptersInFiles(files: readonly string[]): readonly Adapter[] {
  return files.flatMap(adaptersInFile);
}

/** Those of a tool: its files are `TOOL.json` and `TOOL-*.json`. A folder that is absent has none. */
export function adaptersInFolder(folder: string | undefined, tool?: string): readonly Adapter[] {
  return adapterFilesIn(folder)
    .filter((name) => tool === undefined || name === `${tool}.json` || name.startsWith(`${tool}-`))
    .flatMap((name) => adaptersInFile(join(folder ?? "", name)));
}

export function adapterFilesIn(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .toSorted();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      "not_found",
      "ADAPTER_FILE_NOT_FOUND",
      `cannot read the adapter file ${file}: ${why}`,
      { cause },
    );
  }
}
