import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { identifyProcess } from "@aomori/system";
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

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "after %s no tool and no folder is left",
  async (signal) => {
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
    linter.kill(signal);
    await gone;
    await until(async () => ((await identifyProcess(pid)) === undefined ? true : undefined));
    await until(async () => ((await readdir(temporary)).length === 0 ? true : undefined));
    expect(await identifyProcess(pid)).toBeUndefined();
  },
);
