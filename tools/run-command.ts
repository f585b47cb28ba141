import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Ran {
  /** Exit status; 1 where a signal or a missing program ended it. */
  readonly status: number;
  /** stdout and stderr together; empty where they were passed through. */
  readonly output: string;
}

export interface RunOptions {
  /** Passed through to ours, or kept for the caller. */
  readonly output: "pass" | "keep";
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const killAfterMs = 10_000;

/** Runs a program of node_modules/.bin; an abort ends its process group, by force after ten seconds. */
export async function runCommand(
  [program = "", ...args]: readonly string[],
  { output, env = {}, signal }: RunOptions,
): Promise<Ran> {
  if (signal?.aborted === true) return { status: 1, output: "" };
  const child = spawn(program, args, {
    stdio: output === "pass" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const kill = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name);
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    kill("SIGTERM");
    timer = setTimeout(() => kill("SIGKILL"), killAfterMs);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await once(child, "close");
    return { status: child.exitCode ?? 1, output: Buffer.concat(chunks).toString() };
  } catch (error) {
    return { status: 1, output: `${program} did not start: ${String(error)}\n` };
  } finally {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}
