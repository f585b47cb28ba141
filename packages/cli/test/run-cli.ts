import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const entryPath: string = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
const nodeArgs = ["--conditions=aomori-source", entryPath];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What runs instead of the sources. */
  readonly command?: readonly string[];
}

/** The command line with a home of its own, in which the servers it starts are stopped at the end. */
export class Workplace implements Disposable {
  readonly home: string;

  constructor() {
    this.home = join(mkdtempSync(join(tmpdir(), "aomori-cli-")), "home");
  }

  run(argv: readonly string[], options: RunOptions = {}): Ran {
    const { cwd = tmpdir(), input = "", command = nodeArgs } = options;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...argv], {
      encoding: "utf8",
      env: this.env(options.env),
      cwd,
      input,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, stdout, stderr };
  }

  json(argv: readonly string[], options: RunOptions = {}): unknown {
    const { status, stdout, stderr } = this.run([...argv, "--format", "json"], options);
    if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  start(argv: readonly string[], options: RunOptions = {}): ChildProcess {
    return spawn(process.execPath, [...nodeArgs, ...argv], {
      env: this.env(options.env),
      cwd: options.cwd ?? tmpdir(),
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  env(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"],
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      HOME: tmpdir(),
      TZ: "UTC",
      LANG: "C.UTF-8",
      AOMORI_HOME: this.home,
      ...more,
    };
  }

  [Symbol.dispose](): void {
    const { status, stderr } = this.run(["server", "stop", "--format", "json"]);
    rmSync(join(this.home, ".."), { recursive: true, force: true });
    if (status !== 0) throw new Error(`the server was not stopped: ${stderr}`);
  }
}

/** Waits for the end of a started command. */
export async function ended(child: ChildProcess): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, stdout, stderr };
}

/** The events of a `jsonl` output; throws for a torn line. */
export function events(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split("\n");
  if (lines.pop() !== "") throw new Error(`torn last line: ${stdout.slice(-80)}`);
  return lines.map((line) => JSON.parse(line));
}
