import { runChild, type ChildResult } from "@aomori/system";
import * as z from "zod";

import { cutMiddle, summaryLine } from "../../steps/step-text.ts";
import { defineTool, type AgentTool, type ToolContext, type ToolResult } from "./tool.ts";
import { worktreePath } from "./worktree-path.ts";

const timeoutMs = 20_000;
const maxMatches = 300;
const maxLineLength = 400;

export const searchTool: AgentTool = defineTool({
  name: "search",
  description:
    "Search file contents of the working tree with a regular expression, ignored files left out. Returns path:line:text.",
  input: z.object({
    pattern: z.string().min(1).describe("regular expression, matched line by line"),
    path: z.string().default(".").describe("file or directory to search in"),
    ignore_case: z.boolean().default(false),
  }),
  async run(input, context): Promise<ToolResult> {
    const path = await worktreePath(context.root, input.path);
    const query = { pattern: input.pattern, path: path.shown, ignoreCase: input.ignore_case };
    let result = await grep("-P", query, context);
    // A git built without PCRE refuses every such pattern.
    if (result.exitCode === 128) result = await grep("-E", query, context);
    if (result.ending === "timed_out") {
      return { ok: false, text: `the search took more than ${timeoutMs} ms; narrow its path` };
    }
    if (result.exitCode === 1) return { ok: true, text: "no match", summary: "no match" };
    if (result.exitCode !== 0) {
      return { ok: false, text: `the search failed: ${summaryLine(result.stderr)}` };
    }
    const lines = result.stdout.split("\n").filter((line) => line !== "");
    const shown = lines.slice(0, maxMatches).map((line) => line.slice(0, maxLineLength));
    if (lines.length > maxMatches || result.stdoutTruncated)
      shown.push("… more matches left out …");
    return {
      ok: true,
      text: cutMiddle(shown.join("\n"), context.maxOutputBytes),
      summary: `${Math.min(lines.length, maxMatches)} lines match ${input.pattern}`,
    };
  },
});

/**
 * git does the search: in a process of its own, so that no pattern can hold up this one; it follows no links, and a
 * directory need not be a repository. If it is one, that is not looked at: its configuration could start a program.
 */
async function grep(
  syntax: "-P" | "-E",
  query: { readonly pattern: string; readonly path: string; readonly ignoreCase: boolean },
  context: ToolContext,
): Promise<ChildResult> {
  const program = ["git", "-c", "core.fsmonitor=false", "grep"];
  const flags = ["--no-index", "--exclude-standard", "--no-color", "-I", "-n", syntax];
  if (query.ignoreCase) flags.push("-i");
  const where = ["--", `:(literal)${query.path}`, ":(exclude,glob)**/node_modules/**"];
  return runChild([...program, ...flags, "-e", query.pattern, ...where], {
    cwd: context.root,
    env: { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_DIR: "/dev/null" },
    deadlineMs: timeoutMs,
    killGraceMs: 200,
    maxOutputBytes: 512 * 1024,
    signal: context.signal,
  });
}
