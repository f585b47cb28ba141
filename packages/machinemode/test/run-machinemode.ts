import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../src/bin.ts", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly Record<string, any>[];
  /** Results only. */
  readonly records: readonly Record<string, any>[];
  readonly summary: Record<string, any>;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Called with all of stdout so far; what it does to the process is the test. */
  readonly onOutput?: (soFar: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the wrapper from its source as a user would and parses every line it writes: a line that is no JSON fails. */
export async function machinemode(
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ["--conditions=aomori-source", entry, ...words], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onOutput?.(stdout, (signal) => child.kill(signal));
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
    .map((line) => JSON.parse(line));
  const records = events.filter((event) => !event.type.startsWith("aoi:"));
  return { status, signal, events, records, summary: events.at(-1) ?? {}, stdout, stderr };
}
