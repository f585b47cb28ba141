import { readFile, writeFile } from "node:fs/promises";

import { ioError } from "@aomori/system";
import * as z from "zod";

import { defineTool, type AgentTool, type ToolResult } from "./tool.ts";
import { kindOf, worktreePath } from "./worktree-path.ts";

export const editFileTool: AgentTool = defineTool({
  name: "edit_file",
  description:
    "Replace a text in a file of the working tree. old_text must occur exactly once, to the last space; give more lines around it if it does not.",
  input: z.object({
    path: z.string().describe("path relative to the root of the working tree"),
    old_text: z.string().min(1).describe("the text as it is now"),
    new_text: z.string().describe("the text in its place"),
  }),
  async run(input, context): Promise<ToolResult> {
    const path = await worktreePath(context.root, input.path);
    if ((await kindOf(path)) !== "file") {
      return { ok: false, text: `${path.shown} is not a file; use write_file to create it` };
    }
    try {
      const before = await readFile(path.absolute, "utf8");
      const count = before.split(input.old_text).length - 1;
      if (count !== 1) return { ok: false, text: notUnique(path.shown, count) };
      // By position: a replacement string would give `$&` a meaning.
      const at = before.indexOf(input.old_text);
      const after = before.slice(0, at) + input.new_text + before.slice(at + input.old_text.length);
      await writeFile(path.absolute, after);
    } catch (error) {
      throw ioError(error, `cannot edit ${path.shown}`);
    }
    return {
      ok: true,
      text: `modified ${path.shown}`,
      change: { path: path.shown, change: "modified" },
    };
  },
});

function notUnique(shown: string, count: number): string {
  return count === 0
    ? `old_text does not occur in ${shown}; read the file again and copy the text exactly`
    : `old_text occurs ${count} times in ${shown}; give more lines around it`;
}
