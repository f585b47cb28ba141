import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { identifyProcess, killGroup, runChild, runGuardedChild, spawnChild } from "@aomori/system";

const base = { cwd: "/", deadlineMs: 10_000 };

/** Pids of living processes in a group. */
function members(groupId: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,pgid=,stat="], { encoding: "utf8" });
  return rows
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter(([, group, state]) => group === String(groupId) && state?.startsWith("Z") === false)
    .map(([pid]) => Number(pid));
}

async function gone(groupId: number): Promise<void> {
  for (let round = 0; round < 100 && members(groupId).length > 0; round++) await sleep(20);
  expect(members(groupId)).toEqual([]);
}

test("a normal end leaves no watcher and no leftover", async () => {
  for (const tether of ["tethered", "untethered"] as const) {
    const child = await spawnChild(["/bin/sh", "-c", "sleep 60 & sleep 60 & exit 3"], {
      ...base,
      tether,
    });
    const result = await child.result;
    expect(result).toMatchObject({ ending: "exited", exitCode: 3 });
    expect(result.durationMs).toBeLessThan(5000);
    await gone(child.pid);
  }
});

test("a deadline ends the program, and the whole group when it ignores the first signal", async () => {
  const polite = await runChild(["sleep", "60"], { ...base, deadlineMs: 100 });
  expect(polite).toMatchObject({ ending: "timed_out", signal: "SIGTERM" });
  const child = await spawnChild(
    ["/bin/sh", "-c", 'trap "" TERM; sleep 60 & while :; do sleep 60; done'],
    { ...base, deadlineMs: 200, killGraceMs: 200 },
  );
  expect(await child.result).toMatchObject({ ending: "timed_out", signal: "SIGKILL" });
  await gone(child.pid);
});

test("a caller's signal stops it; an aborted one starts nothing", async () => {
  const controller = new AbortController();
  const running = runChild(["sleep", "60"], { ...base, signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  await expect(running).rejects.toMatchObject({ code: "CANCELLED", category: "cancelled" });
  await expect(
    runChild(["sleep", "60"], { ...base, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: "CANCELLED" });
});

test("leaving its scope ends a child", async () => {
  let pid = 0;
  {
    await using child = await spawnChild(["sleep", "60"], base);
    pid = child.pid;
    expect(members(pid).length).toBeGreaterThan(0);
  }
  await gone(pid);
});

test("the program finds no child it did not start and no descriptor beyond the three", async () => {
  const script =
    "const {readdirSync}=require('node:fs');" +
    "let open=0;try{require('node:fs').fstatSync(3);open=1}catch{};" +
    "const ps=require('node:child_process').execFileSync('ps',['-A','-o','pid=,ppid=,comm=']).toString();" +
    "console.log(ps.split('\\n').filter(r=>r.trim().split(/ +/)[1]===String(process.pid)&&!r.endsWith('ps')).length)";
  const result = await runChild([process.execPath, "-e", script], base);
  expect(result.stdout.trim()).toBe("0");
  const fds = await runChild(
    ["/bin/sh", "-c", "(: <&3) 2>/dev/null && echo open || echo closed"],
    base,
  );
  expect(fds.stdout.trim()).toBe("closed");
});

test("a parent killed with SIGKILL takes its children's whole group with it", async () => {
  const fixture = fileURLToPath(new URL("./fixtures/parent.ts", import.meta.url));
  const parent = spawn(process.execPath, ["--conditions=aomori-source", fixture], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve) => {
    parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
  });
  const [leader, grandchild] = line.trim().split(" ").map(Number);
  expect(members(leader ?? 0)).toEqual(expect.arrayContaining([leader, grandchild]));
  // A TERM that the program ignores must not leave it without its watcher.
  process.kill(-(leader ?? 0), "SIGTERM");
  await sleep(50);
  expect(members(leader ?? 0)).toContain(leader);
  parent.kill("SIGKILL");
  await gone(leader ?? 0);
});

test("a group left behind is killed by its identity, a stranger with that pid is not", async () => {
  const orphan = spawn("/bin/sh", ["-c", "sleep 60 & sleep 60"], {
    detached: true,
    stdio: "ignore",
  });
  const identity = await identifyProcess(orphan.pid ?? 0);
  if (identity === undefined) throw new Error("the orphan did not start");
  expect(await killGroup({ ...identity, startTime: "another" })).toBe(false);
  expect(members(identity.pid).length).toBeGreaterThan(0);
  expect(await killGroup(identity)).toBe(true);
  await gone(identity.pid);
  expect(await identifyProcess(identity.pid)).toBeUndefined();
});

test("an escaped daemon that holds the output open does not hold the result", async () => {
  const script =
    "const c=require('node:child_process').spawn('sleep',['5'],{detached:true,stdio:['ignore',1,2]});c.unref();console.log(c.pid)";
  const result = await runChild([process.execPath, "-e", script], base);
  expect(result.exitCode).toBe(0);
  expect(result.durationMs).toBeLessThan(4000);
  process.kill(Number(result.stdout.trim()), "SIGKILL");
});

test("a guarded program leaves nothing behind in another session either", async () => {
  const script = "setsid sleep 60 >/dev/null 2>&1 & echo $!";
  const result = await runGuardedChild(["/bin/sh", "-c", script], base);
  expect(result).toMatchObject({ ending: "exited", exitCode: 0 });
  expect(await identifyProcess(Number(result.stdout))).toBeUndefined();
});
