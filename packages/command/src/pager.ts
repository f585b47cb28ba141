import type { CommandContext } from "./context.ts";

/**
 * Shows text in the user's pager when it is longer than the terminal: `PAGER`, or `less`; an empty `PAGER`
 * or `cat` turns it off. Resolves with false when the text still has to be printed.
 */
export async function showInPager(text: string, context: CommandContext): Promise<boolean> {
  const { env, stdin, stdout } = context;
  const rows = stdout.rows();
  const { PAGER: pager = "less" } = env;
  const [program = "", ...args] = pager.split(" ").filter((word) => word !== "");
  const fits = rows === undefined || text.split("\n").length <= rows;
  if (fits || !stdout.isTty || !stdin.isTty || program === "" || program === "cat") return false;
  const { spawn } = await import("node:child_process");
  const child = spawn(program, args, {
    stdio: ["pipe", "inherit", "inherit"],
    env: { LESS: "FRX", ...env },
  });
  return await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", () => resolve(true));
    // A pager that is left before its end closes the pipe: that is no failure.
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdin.end(text);
  });
}
