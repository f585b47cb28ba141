import type { CommandHandler, CommandRequest, ViewTerminal } from "@aomori/command";
import { paintFor } from "@aomori/command";
import { findExecutable } from "@aomori/system";
import { spawn } from "node:child_process";
import { formatOf } from "./output-format.ts";

/**
 * A command whose answer may be long: on a terminal, an answer with more lines than it has is shown by the
 * pager of PAGER, or `less`. PAGER empty or `cat` turns it off.
 */
export function paged(
  run: CommandHandler["run"],
  render: (value: unknown, terminal: ViewTerminal) => string,
): CommandHandler {
  return {
    run: async (request) => {
      const answer = await run(request);
      const text = onTerminal(request) ? render(answer, terminalOf(request)) : "";
      const rows = request.context.stdout.rows() ?? Number.POSITIVE_INFINITY;
      const isLong = text.split("\n").length > rows;
      return isLong && (await showInPager(text, request)) ? undefined : answer;
    },
    view: { resource: render },
  };
}

function onTerminal(request: CommandRequest): boolean {
  return request.context.stdout.isTty && formatOf(request) === "table" && !request.flags.dryRun;
}

function terminalOf({ context, flags }: CommandRequest): ViewTerminal {
  const paint = paintFor(context.env, context.stdout.isTty, flags.color);
  return { paint, columns: context.stdout.columns() };
}

/** False when there is no pager to show it. */
async function showInPager(text: string, { context, signal }: CommandRequest): Promise<boolean> {
  const chosen = context.env["PAGER"] ?? "less";
  const [name = "", ...args] = chosen.split(" ").filter((word) => word !== "");
  const program = findExecutable(name, context.env["PATH"], context.cwd);
  if (program === undefined || name === "cat") return false;
  const env = { LESS: "FRX", LESSCHARSET: "utf-8", ...context.env };
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { env, signal, stdio: ["pipe", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", () => resolve());
    // A reader who leaves before the end closes the pipe; there is nothing to tell.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") reject(error);
    });
    child.stdin.end(context.redactor.text(text));
  });
  return true;
}
