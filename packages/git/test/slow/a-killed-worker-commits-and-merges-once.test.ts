import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { reconcileWorktrees } from "@aomori/git";

import { git, hashTree, temporaryDirectory, userRepository } from "../sandbox.ts";

const fixture = fileURLToPath(new URL("../fixtures/worker.ts", import.meta.url));
const kills = 30;

/** Runs the worker; it is killed after so many ms when it has not ended before. */
async function work(root: string, killAfterMs?: number): Promise<string> {
  let output = "";
  const child = spawn(process.execPath, ["--conditions=aomori-source", fixture, root], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stdout.on("data", (chunk: Buffer) => {
    if (output === "" && killAfterMs !== undefined) {
      setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    }
    output += chunk.toString();
  });
  await once(child, "close");
  return output;
}

/** Those that name the directory, and those that work in it. */
function gitProcessesUnder(root: string): string[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,stat=,args="], { encoding: "utf8" });
  return rows.split("\n").filter((row) => {
    const [, pid = "", state = "", args = ""] = /^ *(\d+) +(\S+) +(.*)$/.exec(row) ?? [];
    return !state.startsWith("Z") && args.includes("git") && `${args} ${cwdOf(pid)}`.includes(root);
  });
}

/** Empty where it cannot be told: the process is gone, or this is not Linux. */
function cwdOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

test("killed anywhere and run again, the task is committed once, merged once, and nothing is broken", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`src/${index}.txt`, `${index}\n`.repeat(20)]),
  );
  let cut = 0;
  for (let round = 0; round < kills; round++) {
    const root = temporaryDirectory();
    const user = userRepository(root, files);
    const before = hashTree(user);
    const first = await work(root, round * 8);
    if (first === "start\n") cut++;
    for (let wait = 0; wait < 100 && gitProcessesUnder(root).length > 0; wait++) await sleep(20);
    expect(gitProcessesUnder(root)).toEqual([]);

    const clone = { path: join(root, "c.git") };
    const wanted = ["main", "TSK-001"].map((name) => join(root, "w", name));
    if (readdirSync(root).includes("c.git")) await reconcileWorktrees(clone, wanted);
    expect(await work(root)).toMatch(/^start\n(merged|up_to_date)\n$/);

    const log = git(clone.path, "log", "--format=%s", "aomori/s/main").split("\n").sort();
    expect(log).toEqual(["Merge TSK-001", "Work", "first"]);
    expect(git(join(root, "w", "main"), "status", "--porcelain")).toBe("");
    expect(git(join(root, "w", "main"), "ls-files").split("\n")).toHaveLength(400);
    expect(git(clone.path, "fsck", "--no-dangling")).toBe("");
    expect(readdirSync(root).sort()).toEqual(["c.git", "user", "w"]);
    expect(hashTree(user)).toBe(before);
  }
  expect(cut).toBeGreaterThan(kills / 3);
});
