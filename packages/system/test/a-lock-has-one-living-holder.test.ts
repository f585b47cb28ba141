import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test } from "vitest";

import { acquireLock, identifySelf, lockHolder } from "@aomori/system";

import { temporaryDirectory } from "./temporary-directory.ts";

const fixture = fileURLToPath(new URL("./fixtures/locker.ts", import.meta.url));

async function startLocker(path: string) {
  const child = spawn(process.execPath, ["--conditions=aomori-source", fixture, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  return {
    go: () => child.stdin.write("go\n"),
    answer: async () => String((await lines.next()).value),
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
    pid: child.pid,
  };
}

test("a held lock is refused and names its holder; a released one is free", async () => {
  const path = join(await temporaryDirectory(), "a.lock");
  const lock = await acquireLock(path);
  await expect(acquireLock(path)).rejects.toMatchObject({
    code: "LOCK_HELD",
    category: "conflict",
    details: { pid: process.pid },
  });
  expect((await lockHolder(path))?.pid).toBe(process.pid);
  await lock.release();
  await lock.release();
  expect(await lockHolder(path)).toBeUndefined();
  await using again = await acquireLock(path);
  expect(again.holder.pid).toBe(process.pid);
});

test("releasing late does not free another's lock", async () => {
  const path = join(await temporaryDirectory(), "a.lock");
  const first = await acquireLock(path);
  await first.release();
  await using second = await acquireLock(path);
  await first.release();
  expect((await lockHolder(path))?.nonce).toBe(second.holder.nonce);
});

test("a recycled pid and a broken file hold nothing", async () => {
  const path = join(await temporaryDirectory(), "a.lock");
  const self = await identifySelf();
  const recycled = { ...self, startTime: "earlier", lockedAt: "2026-01-01T00:00:00Z", nonce: "n" };
  for (const content of [JSON.stringify(recycled), "", "not json", "{}"]) {
    await writeFile(path, content);
    await using lock = await acquireLock(path);
    expect(lock.holder.pid).toBe(process.pid);
  }
});

test("of racers over the lock of a killed process exactly one wins, every time", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "a.lock");
  const first = await startLocker(path);
  first.go();
  expect(await first.answer()).toBe("won");
  await first.kill();
  const racers = await Promise.all([1, 2, 3, 4].map(() => startLocker(path)));
  for (const racer of racers) racer.go();
  const answers = await Promise.all(racers.map((racer) => racer.answer()));
  expect(answers.filter((answer) => answer === "won")).toHaveLength(1);
  expect(answers.filter((answer) => answer === "LOCK_HELD")).toHaveLength(3);
  const winner = racers[answers.indexOf("won")];
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: winner?.pid });
  expect((await readdir(directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("of many attempts inside one process over a stale lock exactly one wins", async () => {
  const directory = await temporaryDirectory();
  for (let round = 0; round < 25; round++) {
    const path = join(directory, `${round}.lock`);
    await writeFile(path, "stale");
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  }
});

test("a racer that died between winning the right and taking the lock blocks nobody", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "a.lock");
  const { createHash } = await import("node:crypto");
  const right = (content: string) =>
    `${path}.after-${createHash("sha256").update(content).digest("hex").slice(0, 32)}`;
  const dead = (nonce: string) =>
    JSON.stringify({ pid: 999_999_999, startTime: "x", lockedAt: "y", nonce });
  await writeFile(path, dead("1"));
  await writeFile(right(dead("1")), dead("2"));
  await writeFile(right(dead("2")), dead("3"));
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => acquireLock(path)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await readdir(directory)).toEqual(["a.lock"]);
});

test("what killed racers left is removed by the next holder; what living ones hold is not", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "a.lock");
  const self = await identifySelf();
  const holder = { lockedAt: "y", nonce: "n" };
  const living = `a.lock.${self.pid}.living.tmp`;
  const files = {
    "a.lock.999999999.empty.tmp": "",
    "a.lock.999999999.whole.tmp": JSON.stringify({ ...holder, pid: 999_999_999, startTime: "x" }),
    [`a.lock.${self.pid}.recycled.tmp`]: JSON.stringify({ ...holder, ...self, startTime: "x" }),
    "a.lock.after-0123": JSON.stringify({ ...holder, pid: 999_999_999, startTime: "x" }),
    [living]: "",
    "b.lock.999999999.other.tmp": "",
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), content);
  await using lock = await acquireLock(path);
  expect(lock.holder.pid).toBe(self.pid);
  expect((await readdir(directory)).toSorted()).toEqual(
    ["a.lock", living, "b.lock.999999999.other.tmp"].toSorted(),
  );
});
