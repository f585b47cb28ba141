import { readFile } from "node:fs/promises";

import { errnoOf } from "./io-error.ts";

/** One process, told apart from a later one with the same pid by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for one process however often it is read. */
  readonly startTime: string;
}

/** Who has this pid now; undefined when nobody does (a zombie counts as nobody). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const startTime =
    process.platform === "linux" ? await linuxStartTime(pid) : await psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** True when exactly this process, not a later one with its pid, is alive. */
export async function isProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  const current = await identifyProcess(identity.pid);
  return current !== undefined && current.startTime === identity.startTime;
}

/** The identity of the calling process. */
export async function identifySelf(): Promise<ProcessIdentity> {
  const self = await identifyProcess(process.pid);
  if (self === undefined) throw new Error(`process ${process.pid} cannot find itself`);
  return self;
}

/** Ticks since boot (proc_pid_stat(5), field 22), with the boot they count from. */
async function linuxStartTime(pid: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // The second field is the program's name in parentheses and may itself hold both.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, ticks] = [fields[0], fields[19]];
    if (state === undefined || ticks === undefined || state === "Z" || state === "X") {
      return undefined;
    }
    return `${bootId.trim()}:${ticks}`;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ESRCH") return undefined;
    throw error;
  }
}

async function psStartTime(pid: number): Promise<string | undefined> {
  // Loaded here because a command's start-up would pay for them where they are not needed.
  const { execFile } = await import("node:child_process");
  const { promisify } = await import("node:util");
  try {
    const { stdout } = await promisify(execFile)(
      "/bin/ps",
      ["-o", "state=,lstart=", "-p", String(pid)],
      {
        env: { LC_ALL: "C", TZ: "UTC" },
      },
    );
    const match = /^(\S+)\s+(.+)$/.exec(stdout.trim());
    if (match === null || match[1]?.startsWith("Z") === true) return undefined;
    return match[2];
  } catch (error) {
    // ps exits with 1 when it finds no such process.
    if (error instanceof Error && "code" in error && error.code === 1) return undefined;
    throw error;
  }
}
