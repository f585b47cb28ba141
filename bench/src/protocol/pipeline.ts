import { spawn } from "node:child_process";
import { measuredEnvironment } from "../measuring/bench-child.ts";

export interface Piped {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs programs joined by kernel pipes, as a shell makes them; each must end with 0. */
export async function pipeline(...commands: readonly (readonly string[])[]): Promise<Piped> {
  const words = commands.flat();
  let position = 0;
  const script = commands
    .map((command) => command.map(() => `"\${${(position += 1)}}"`).join(" "))
    .join(" | ");
  const child = spawn("bash", ["-o", "pipefail", "-c", script, "bash", ...words], {
    env: measuredEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr.slice(-500)}`);
  return { stdout, stderr };
}
