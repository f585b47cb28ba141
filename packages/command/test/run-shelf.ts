import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommandContext, Program, ProgramIdentity } from "@aomori/command";
import { runProgram } from "@aomori/command";
import { createOutput, createRedactor } from "@aomori/protocol";
import { identity, program } from "./fixtures/program.ts";

const programPath: string = fileURLToPath(new URL("fixtures/program.ts", import.meta.url));
/** What runs the program: its words follow. */
export const nodeArgs: readonly string[] = ["--conditions=aomori-source", programPath];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Inside this process, nothing being a terminal: for everything but signals, crashes and exits. */
export function shelf(...argv: string[]): Promise<Ran> {
  return inProcess(program, argv);
}

export interface World {
  readonly identity?: ProgramIdentity;
  readonly env?: Readonly<Record<string, string>>;
  /** What comes in on standard input. */
  readonly input?: string;
}

export async function inProcess(
  ran: Program,
  argv: readonly string[],
  world: World = {},
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), "shelf-"));
  try {
    const status = await runProgram(ran, argv, contextIn(folder, world));
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return { status, stdout: read("out"), stderr: read("err") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function contextIn(folder: string, world: World = {}): CommandContext {
  const terminal = (name: string) => ({
    output: createOutput({ fd: openSync(join(folder, name), "w") }),
    isTty: false,
    columns: () => undefined,
    rows: () => undefined,
  });
  const { input = "" } = world;
  return {
    program: world.identity ?? identity,
    env: world.env ?? {},
    cwd: folder,
    stdin: {
      isTty: false,
      readText: async () => input,
      bytes: async function* () {
        yield input;
      },
      ask: async () => "",
    },
    stdout: terminal("out"),
    stderr: terminal("err"),
    redactor: createRedactor(),
    ownsProcess: false,
  };
}

export function shelfProcess(...argv: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, ...argv], {
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      LANG: "C",
    },
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
