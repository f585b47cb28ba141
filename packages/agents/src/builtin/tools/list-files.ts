import { opendir } from "node:fs/promises";
import { join } from "node:path";

import { ioError } from "@aomori/system";
import * as z from "zod";

import { cutMiddle } from "../../steps/step-text.ts";
import { defineTool, type AgentTool, type ToolResult } from "./tool.ts";
import { kindOf, worktreePath } from "./worktree-path.ts";

const maxEntries = 2000;
/** Listed, never entered. */
const closedDirectories: ReadonlySet<string> = new Set(["node_modules", ".venv", "__pycache__"]);

export const listFilesTool: AgentTool = defineTool({
  name: "list_files",
  description:
    "List a directory of the working tree, or everything below it. Directories end with a slash; symbolic links are not followed.",
  input: z.object({
    path: z.string().default(".").describe("directory relative to the root of the working tree"),
    recursive: z.boolean().default(false).describe("list everything below it"),
  }),
  async run(input, context): Promise<ToolResult> {
    const path = await worktreePath(context.root, input.path);
    const kind = await kindOf(path);
    if (kind !== "directory") {
      const why = kind === "file" ? "is a file; use read_file" : "does not exist";
      return { ok: false, text: `${path.shown} ${why}` };
    }
    const entries = await listTree(path.absolute, path.shown, input.recursive, context.signal);
    const shown = entries.slice(0, maxEntries);
    const more = entries.length > maxEntries ? `\n… and more; list a deeper directory …` : "";
    return {
      ok: true,
      text: cutMiddle(shown.join("\n") + more || "(empty)", context.maxOutputBytes),
      summary: `${path.shown} (${shown.length} entries)`,
    };
  },
});

async function listTree(
  absolute: string,
  shown: string,
  recursive: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const entries: string[] = [];
  const queue = [{ absolute, prefix: "" }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    signal.throwIfAborted();
    for (const entry of await sortedEntries(next.absolute, shown)) {
      const name = next.prefix + entry.name;
      entries.push(entry.isDirectory ? `${name}/` : name);
      if (entries.length > maxEntries) return entries;
      if (recursive && entry.isDirectory && !closedDirectories.has(entry.name)) {
        queue.push({ absolute: join(next.absolute, entry.name), prefix: `${name}/` });
      }
    }
  }
  return entries;
}

async function sortedEntries(
  absolute: string,
  shown: string,
): Promise<{ name: string; isDirectory: boolean }[]> {
  try {
    const found: { name: string; isDirectory: boolean }[] = [];
    for await (const entry of await opendir(absolute)) {
      if (entry.name.toLowerCase() === ".git") continue;
      found.push({ name: entry.name, isDirectory: entry.isDirectory() });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw ioError(error, `cannot list ${shown}`);
  }
}
