import { readFileSync, readdirSync } from "node:fs";

export interface ProcessRow {
  readonly pid: number;
  readonly name: string;
  /** `R`unning, `S`leeping, `D`isk, `Z`ombie… */
  readonly state: string;
  readonly sessionId: number;
  /** Processor time so far, in clock ticks. */
  readonly ticks: number;
}

/** The living processes of a session, as `/proc` shows them; none where there is no `/proc`. */
export function processesOf(sessionId: number): ProcessRow[] {
  return processIds()
    .map(readRow)
    .filter((row) => row !== undefined)
    .filter((row) => row.sessionId === sessionId && row.state !== "Z" && row.state !== "X");
}

/** A process and its descendants: what a session holds while its leader lives, found without looking at all others. */
export function processTree(pid: number): ProcessRow[] {
  const row = readRow(pid);
  if (row === undefined) return [];
  const children = readProc(`/proc/${pid}/task/${pid}/children`);
  if (children === undefined) return processesOf(row.sessionId);
  const below = children.split(" ").filter(Boolean).map(Number).flatMap(processTree);
  return [row, ...below].filter(({ state }) => state !== "Z" && state !== "X");
}

export function hasProcessTable(): boolean {
  return readRow(process.pid) !== undefined;
}

/** Highest resident memory of a process since its start, in bytes. */
export function peakMemoryBytes(pid: number): number | undefined {
  const status = readProc(`/proc/${pid}/status`);
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

export function commandLineOf(pid: number): string | undefined {
  return readProc(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim();
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function readRow(pid: number): ProcessRow | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name stands in parentheses and may contain any of them.
  const close = text.lastIndexOf(")");
  const name = text.slice(text.indexOf("(") + 1, close);
  const fields = text.slice(close + 2).split(" ");
  return {
    pid,
    name,
    state: fields[0] ?? "?",
    sessionId: Number(fields[3]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"].includes(String(error.code))
  );
}
