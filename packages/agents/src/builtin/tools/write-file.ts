import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { ioError } from "@aomori/system";
import * as z from "zod";

import { defineTool, type AgentTool, type ToolResult } from "./tool.ts";
import { kindOf, worktreePath } from "./worktree-path.ts";

export const writeFileTool: AgentTool = defineTool({
  name: "write_file",
  description:
    "Create a file of the working tree, or replace its whole content. Directories are made as needed.",
  input: z.object({
    path: z.string().describe("path relative to the root of the working tree"),
    content: z.string().describe("the whole new content"),
  }),
  async run(input, context): Promise<ToolResult> {
    const path = await worktreePath(context.root, input.path);
    const kind = await kindOf(path);
    if (kind === "directory") return { ok: false, text: `${path.shown} is a directory` };
    try {
      await mkdir(dirname(path.absolute), { recursive: true });
      await writeFile(path.absolute, input.content);
    } catch (error) {
      throw ioError(error, `cannot write ${path.shown}`);
    }
    const change = kind === "file" ? "modified" : "created";
    const text = `${change} ${path.shown} (${Buffer.byteLength(input.content)} bytes)`;
    return { ok: true, text, change: { path: path.shown, change } };
  },
});
