/**
 * Fails a vitest run that leaves child processes behind. Children are known by their TMPDIR, which is a folder of this
 * run alone (vitest.config.ts sets it) and which every child inherits, even through an allow-listed environment.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 3_000;

export interface Survivor {
  readonly pid: number;
  readonly commandLine: string;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    // Gone, or another user's: neither is a child of this run.
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

/** Processes whose TMPDIR is `folder` or below it. Linux only. */
export function survivorsOf(folder: string): Survivor[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) =>
      readProcess(pid, "environ")
        .split("\0")
        .some(
          (variable) => variable === `TMPDIR=${folder}` || variable.startsWith(`TMPDIR=${folder}/`),
        ),
    )
    .map((pid) => ({ pid, commandLine: readProcess(pid, "cmdline").replaceAll("\0", " ").trim() }));
}

async function endSurvivors(folder: string): Promise<void> {
  let survivors = survivorsOf(folder);
  for (const endMs = Date.now() + patienceMs; survivors.length > 0 && Date.now() < endMs;) {
    await sleep(100);
    survivors = survivorsOf(folder);
  }
  if (survivors.length === 0) return;
  for (const { pid } of survivors) process.kill(pid, "SIGKILL");
  const list = survivors.map(({ pid, commandLine }) => `  ${pid} ${commandLine}`).join("\n");
  throw new Error(`the tests left ${survivors.length} processes running:\n${list}`);
}

/** vitest's global set-up; what it returns runs after the last test. */
export default function setup(): () => Promise<void> {
  const folder = process.env["AOMORI_TEST_TMPDIR"];
  if (folder === undefined)
    throw new Error("AOMORI_TEST_TMPDIR is not set; run vitest from the root");
  mkdirSync(folder, { recursive: true });
  return async () => {
    try {
      if (existsSync("/proc/self/environ")) await endSurvivors(folder);
      else console.error("no /proc here: child processes left behind are not looked for");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
