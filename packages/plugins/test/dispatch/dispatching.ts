import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { createOutput } from "@aomori/protocol";
import { createHostStream, dispatchPlugin, startPlugin } from "@aomori/plugins/dispatch";
import type { DispatchLimits, DispatchOptions } from "@aomori/plugins/dispatch";
import { newFolder } from "./installing.ts";

/** The host as a published one is: its start alone from source takes longer than most of what is tested here. */
function bundledHost(): string {
  const outfile = join(newFolder(), "host.mjs");
  buildSync({
    entryPoints: [fileURLToPath(new URL("../fixtures/host.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["aomori-source"],
    logLevel: "error",
  });
  return outfile;
}

let builtHost: string | undefined;

const identity = {
  tool: "host",
  toolVersion: "1.2.3",
  schemaName: "dev.aomori.plugin-run",
  schemaVersion: "1.0.0",
  command: "run",
};

export interface Line {
  readonly [field: string]: unknown;
}

export interface Dispatched {
  readonly status: number;
  readonly text: string;
  readonly lines: readonly Line[];
}

export const parseLines = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));

/** What stands between `begin` and `end`. */
export const inner = (lines: readonly Line[]): readonly Line[] => lines.slice(1, -1);

interface RunOptions extends Partial<Omit<DispatchOptions, "limits">> {
  readonly format?: "documented" | "jsonl";
  readonly limits?: Partial<DispatchLimits>;
}

/** Runs a plugin in this process, with a file as its standard output. */
export async function dispatch(
  plugins: string,
  name: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Dispatched> {
  const file = join(newFolder(), "stdout");
  const fd = openSync(file, "w");
  const { format = "documented", ...rest } = options;
  const stream = createHostStream({
    format,
    output: createOutput({ fd }),
    identity,
    args: [name, ...args],
  });
  const whole: DispatchOptions = {
    pluginsDirectory: plugins,
    name,
    args,
    env: process.env,
    cwd: process.cwd(),
    stream,
    identity,
    host: { file: process.execPath, flags: hostFlags({ plugins }) },
    coreCommands: [],
    sandbox: "none",
    privateDirectories: [],
    ...rest,
  };
  const killGraceMs = options.limits?.killGraceMs;
  const start = await startPlugin({
    ...whole,
    ...(killGraceMs === undefined ? {} : { killGraceMs }),
  });
  const status = await dispatchPlugin(start, whole);
  closeSync(fd);
  const text = readFileSync(file, "utf8");
  return { status, text, lines: parseLines(text) };
}

export const hostFlags = (config: Readonly<Record<string, unknown>>): readonly string[] => [
  (builtHost ??= bundledHost()),
  JSON.stringify(config),
];

/** The host as a process of its own. */
export function spawnHost(
  config: Readonly<Record<string, unknown>>,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [...hostFlags(config), ...words], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export interface HostRun extends Dispatched {
  readonly stderr: string;
  readonly signal: NodeJS.Signals | null;
}

export async function runHost(
  config: Readonly<Record<string, unknown>>,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<HostRun> {
  const child = spawnHost(config, words, env);
  let [text, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("close", (code, by) => resolve([code, by])),
  );
  return { status: status ?? -1, signal, text, stderr, lines: parseLines(text) };
}
