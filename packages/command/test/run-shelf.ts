import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const programPath: string = fileURLToPath(new URL("fixtures/program.ts", import.meta.url));
/** What runs the program: its words follow. */
export const nodeArgs: readonly string[] = ["--conditions=aomori-source", programPath];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function shelf(...argv: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, ...argv], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "C" },
    input: "",
  });
  return { status, stdout, stderr };
}

export function startShelf(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Through a kernel pipe into a shell's reader; the program's own status is the last line. */
export function shelfInto(reader: string, ...argv: string[]): Ran {
  const script = `"$0" "$@" | ${reader}; echo "\${PIPESTATUS[0]}"`;
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["-c", script, process.execPath, ...nodeArgs, ...argv],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

export function events(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split("\n");
  if (lines.pop() !== "") throw new Error(`torn last line: ${stdout.slice(-80)}`);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
