import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { identifyProcess } from "@aomori/system";
import { commandLineOf, processTree } from "../../src/runner/process-table.ts";
import { temporaryFolder, tool } from "../tiny-tools.ts";

const bin = resolve(import.meta.dirname, "../../src/bin.ts");

/** A tool that tells its process id and then has no end. */
async function endless(): Promise<{ path: string; cwd: string; pidFile: string }> {
  const pidFile = join(await temporaryFolder(), "pid");
  const made = await tool(
    "/bin/sh",
    `[ "$1" = capabilities ] && exit 1\necho $$ >${pidFile}\nsleep 600`,
  );
  return { ...made, pidFile };
}

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error("did not happen within 30 s");
}

interface Started {
  readonly linter: ChildProcess;
  readonly gone: Promise<unknown>;
  /** Of the tool it runs. */
  readonly pid: number;
  /** Where the linter keeps what it needs while it runs. */
  readonly temporary: string;
}

/** A linter in the middle of a tool that has no end. */
async function started(): Promise<Started> {
  const { path, cwd, pidFile } = await endless();
  const temporary = await temporaryFolder();
  const linter = spawn(process.execPath, ["--conditions=aomori-source", bin, "--", path], {
    cwd,
    env: { ...process.env, TMPDIR: temporary },
    stdio: "ignore",
  });
  const gone = once(linter, "exit");
  const pid = await until(async () => {
    const text = await readFile(pidFile, "utf8").catch(() => "");
    return text.endsWith("\n") ? Number(text) : undefined;
  });
  return { linter, gone, pid, temporary };
}

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "after %s no tool and no folder is left",
  async (signal) => {
    const { linter, gone, pid, temporary } = await started();
    linter.kill(signal);
    await gone;
    await until(async () => ((await identifyProcess(pid)) === undefined ? true : undefined));
    await until(async () => ((await readdir(temporary)).length === 0 ? true : undefined));
    expect(await identifyProcess(pid)).toBeUndefined();
  },
);

test("a signal that killed the watchdog too leaves nothing either", async () => {
  const { linter, gone, pid, temporary } = await started();
  const watchdog = processTree(linter.pid ?? 0).find((row) =>
    commandLineOf(row.pid)?.includes(temporary),
  );
  expect(watchdog?.name).toBe("sh");
  process.kill(watchdog?.pid ?? 0, "SIGKILL");
  await until(async () =>
    (await identifyProcess(watchdog?.pid ?? 0)) === undefined ? true : undefined,
  );
  linter.kill("SIGTERM");
  await gone;
  expect(await readdir(temporary)).toEqual([]);
  expect(await identifyProcess(pid)).toBeUndefined();
});
