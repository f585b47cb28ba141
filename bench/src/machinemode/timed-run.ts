import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { measuredEnvironment } from "../measuring/bench-child.ts";

export interface TimedRun {
  readonly durationMs: number;
  /** Until a line with `awaited` in it, where one was asked for. */
  readonly firstMs: number | undefined;
  /** The most memory the process itself was seen with; its children are not counted. */
  readonly peakMib: number;
}

const sampleMs = 5;

/** Runs a program to its end with its output thrown away, or read as far as `awaited`. Throws where it fails. */
export async function timedRun(argv: readonly string[], awaited?: string): Promise<TimedRun> {
  const [file = "", ...args] = argv;
  const startedAtMs = performance.now();
  const stdout = awaited === undefined ? "ignore" : "pipe";
  const child = spawn(file, args, {
    env: measuredEnvironment(),
    stdio: ["ignore", stdout, "inherit"],
  });
  let firstMs: number | undefined;
  child.stdout?.on("data", (chunk: Buffer) => {
    if (firstMs === undefined && awaited !== undefined && chunk.includes(awaited))
      firstMs = performance.now() - startedAtMs;
  });
  let peakMib = 0;
  const sampler = setInterval(() => {
    peakMib = Math.max(peakMib, peakOf(child.pid ?? 0));
  }, sampleMs);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(sampler);
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${String(status)}`);
  return { durationMs: performance.now() - startedAtMs, firstMs, peakMib };
}

/** VmHWM only grows, so that the last sample before the end is the peak. */
function peakOf(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? 0 : Number(found[1]) / 1024;
  } catch {
    return 0; // It has just ended.
  }
}
