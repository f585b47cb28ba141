import { UserError } from "@aomori/protocol";
import { readFileSync } from "node:fs";
import type { Adapter } from "../adapter.ts";
import { compileAdapter } from "./compile-adapter.ts";
import { parseDefinition } from "./parse-definition.ts";

/** The adapters of some files, one for each sub-command. Throws BAD_ADAPTER_FILE, and ADAPTER_FILE_NOT_FOUND. */
export function adaptersInFiles(files: readonly string[]): readonly Adapter[] {
  return files.flatMap((file) => {
    const definition = parseDefinition(read(file), file);
    const { subcommands } = definition;
    return subcommands.length === 0
      ? [compileAdapter(definition)]
      : subcommands.map((words) => compileAdapter(definition, words));
  });
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
