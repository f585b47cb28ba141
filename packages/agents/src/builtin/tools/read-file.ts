import { open } from "node:fs/promises";

import { ioError } from "@aomori/system";
import * as z from "zod";

import { defineTool, type AgentTool, type ToolResult } from "./tool.ts";
import { kindOf, worktreePath } from "./worktree-path.ts";

const maxFileBytes = 8 * 1024 * 1024;
const defaultLines = 2000;

export const readFileTool: AgentTool = defineTool({
  name: "read_file",
  description:
    "Read a text file of the working tree. Returns its lines as they are; offset is the first line (from 1).",
  input: z.object({
    path: z.string().describe("path relative to the root of the working tree"),
    offset: z.int().min(1).optional().describe("first line to read, from 1"),
    limit: z.int().min(1).optional().describe(`lines to read, ${defaultLines} by default`),
  }),
  async run(input, context): Promise<ToolResult> {
    const path = await worktreePath(context.root, input.path);
    const kind = await kindOf(path);
    if (kind !== "file") {
      const why = kind === "directory" ? "is a directory; use list_files" : "does not exist";
      return { ok: false, text: `${path.shown} ${why}` };
    }
    const content = await readText(path.absolute, path.shown);
    if (content.includes("\0")) {
      return { ok: false, text: `${path.shown} is a binary file; it is not shown` };
    }
    const lines = content.split("\n");
    const first = (input.offset ?? 1) - 1;
    const chosen = lines.slice(first, first + (input.limit ?? defaultLines));
    return {
      ok: true,
      ...cutLines(chosen, { first, total: lines.length, maxBytes: context.maxOutputBytes }),
      summary: `${path.shown} (${chosen.length} lines)`,
    };
  },
});

/** As many whole lines as fit, and how to get the rest: a model that edits what it reads must not see a hole. */
function cutLines(
  lines: readonly string[],
  limits: { readonly first: number; readonly total: number; readonly maxBytes: number },
): { text: string } {
  let used = 0;
  let count = 0;
  for (const line of lines) {
    used += Buffer.byteLength(line) + 1;
    if (used > limits.maxBytes && count > 0) break;
    count += 1;
  }
  const next = limits.first + count;
  const text = lines.slice(0, count).join("\n").slice(0, limits.maxBytes);
  if (next >= limits.total) return { text };
  return {
    text: `${text}\n… ${limits.total - next} more lines; go on with offset ${next + 1} …`,
  };
}

async function readText(absolute: string, shown: string): Promise<string> {
  try {
    await using file = await open(absolute, "r");
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, maxFileBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    const text = buffer.toString("utf8", 0, bytesRead);
    return size > maxFileBytes
      ? `${text}\n… only the first ${maxFileBytes} bytes are read …`
      : text;
  } catch (error) {
    throw ioError(error, `cannot read ${shown}`);
  }
}
