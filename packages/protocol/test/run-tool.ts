import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const toolPath: string = fileURLToPath(new URL("fixtures/tool.ts", import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

export function startTool(mode: string, count = 0): ChildProcess {
  return spawn(process.execPath, ["--conditions=aomori-source", toolPath, mode, String(count)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Reads everything the child writes, pausing `pauseMs` after each chunk. */
export async function readToEnd(child: ChildProcess, pauseMs = 0): Promise<Ended> {
  const closed = once(child, "close");
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  let stdout = "";
  for await (const chunk of child.stdout ?? []) {
    stdout += String(chunk);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await closed;
  const lines = stdout.split("\n");
  if (lines.pop() !== "") throw new Error(`the last line is torn: ${stdout.slice(-100)}`);
  return { status: child.exitCode, signal: child.signalCode, lines, stderr };
}

/** Resolves when the child has written its first bytes. */
export async function firstOutput(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the child has no piped stdout");
  await once(child.stdout, "readable");
}

export function parse(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? "null") as Record<string, unknown>;
}
