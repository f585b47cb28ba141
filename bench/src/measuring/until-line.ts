import { spawn } from "node:child_process";
import { measuredEnvironment } from "./bench-child.ts";

const deadlineMs = 60_000;

/** Milliseconds from the start of a program to its first output; the program must then end by itself with 0. */
export async function untilLine(argv: readonly string[]): Promise<number> {
  const [file = process.execPath, ...args] = argv;
  const startedAtMs = performance.now();
  const child = spawn(file, args, {
    env: measuredEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
    timeout: deadlineMs,
  });
  let lineMs: number | undefined;
  child.stdout.on("data", () => (lineMs ??= performance.now() - startedAtMs));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0 || lineMs === undefined) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return lineMs;
}
