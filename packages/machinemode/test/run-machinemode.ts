import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../tools/bundle.ts";

const folder = join(tmpdir(), "machinemode-bundle");

/** The command as it is published, built once for a run of the tests. */
export async function builtCommand(): Promise<string> {
  if (!existsSync(folder)) {
    const own = mkdtempSync(join(tmpdir(), "machinemode-"));
    await bundle(own);
    try {
      renameSync(own, folder);
    } catch (error) {
      // Another file of tests was faster, and built the same.
      if (!existsSync(folder)) throw error;
    }
  }
  return join(folder, "machinemode.cjs");
}

export function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((path) => existsSync(join(path, program)));
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly Fields[];
  /** Results only. */
  readonly records: readonly Fields[];
  readonly summary: Fields;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Sent once, as soon as all of stdout so far has this text in it. */
  readonly signalAfter?: { readonly text: string; readonly signal: NodeJS.Signals };
}

/** Runs the wrapper as a user would and parses every line it writes: a line that is no JSON fails. */
export async function machinemode(
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [await builtCommand(), ...words], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let isSignalled = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const { text: awaited, signal } = options.signalAfter ?? {};
    if (awaited === undefined || !stdout.includes(awaited) || isSignalled) return;
    isSignalled = true;
    child.kill(signal);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (code, by) => resolve([code, by]));
  });
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(parsedEvent);
  const records = events.filter((event) => !String(event["type"]).startsWith("aoi:"));
  return { status, signal, events, records, summary: events.at(-1) ?? {}, stdout, stderr };
}

function parsedEvent(line: string): Fields {
  const event: unknown = JSON.parse(line);
  if (typeof event !== "object" || event === null) throw new TypeError(`no object: ${line}`);
  return { ...event };
}
