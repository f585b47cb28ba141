import { takeLease } from "@aomori/engine";
import type { Log } from "@aomori/engine";
import { findWorker, localOrgId, openStore, takeWorker } from "@aomori/store";
import type { Store, WorkerProcess } from "@aomori/store";
import { homeLayout, identifySelf } from "@aomori/system";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

const id = "worker_engine";
const version = "1.2.3";
const timing = { heartbeatMs: 40, silentMs: 400, lookMs: 20 };
const log: Log = { info: () => {}, warn: () => {}, error: () => {} };
const elsewhere: WorkerProcess = {
  host: "another-machine",
  pid: 4711,
  processStart: "pid:[1] boot:1",
  version: "0.9.0",
};

let home = "";
let store: Store;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "aomori-lease-"));
  store = await openStore({
    home: homeLayout({ AOMORI_HOME: home }),
    clock: { now: () => Date.now() },
    randomBytes: (size) => crypto.getRandomValues(Buffer.alloc(size)),
  });
});

afterAll(async () => {
  await store.close();
  await rm(home, { recursive: true, force: true });
});

async function holdBy(process: WorkerProcess): Promise<number> {
  const held = await findWorker(store, id);
  const fence = await takeWorker(store, id, { by: process, fence: held?.fence ?? 0 });
  if (fence === undefined) throw new Error("nobody else is here");
  return fence;
}

const tell = () =>
  store.transaction(localOrgId, async (tx) => {
    tx.emit({ type: "project.created", summary: "p", data: { name: "p", repository: "/p" } });
  });

test("a store given back is taken at once, with a higher fence", async () => {
  const first = await takeLease(store, { version, log, timing });
  await first.close();
  await using second = await takeLease(store, { version, log, timing });
  expect(second.fence).toBeGreaterThan(first.fence);
  await tell();
});

test("a living holder of this machine keeps the store, and is named", async () => {
  await using held = await takeLease(store, { version, log, timing });
  await sleep(timing.heartbeatMs * 3);
  await expect(takeLease(store, { version, log, timing })).rejects.toMatchObject({
    code: "STORE_IN_USE",
    message: expect.stringMatching(
      new RegExp(`Aomori 1.2.3, process ${process.pid} on ${hostname()}, last heard of 0\\.\\d s`),
    ),
    details: { pid: process.pid, host: hostname() },
  });
  expect(held.lost.aborted).toBe(false);
});

test("a process of this machine that is gone, or whose pid is another's now, is replaced at once", async () => {
  const held = await takeLease(store, { version, log, timing });
  const self = (await findWorker(store, id))?.process;
  if (self === null || self === undefined) throw new Error("nobody holds the store");
  await held.close();
  for (const dead of [
    { ...self, pid: 2 ** 22 - 1 },
    { ...self, pid: process.ppid },
  ]) {
    await holdBy(dead);
    const startedMs = Date.now();
    await using _lease = await takeLease(store, { version, log, timing });
    expect(Date.now() - startedMs).toBeLessThan(timing.silentMs);
  }
  expect((await identifySelf()).pid).toBe(process.pid);
});

test("a silent holder of another machine is waited for, then replaced", async () => {
  await holdBy(elsewhere);
  const startedMs = Date.now();
  await using _lease = await takeLease(store, { version, log, timing });
  expect(Date.now() - startedMs).toBeGreaterThan(timing.silentMs * 0.8);
});

test("a holder of another machine whose heart beats keeps the store", async () => {
  let fence = await holdBy(elsewhere);
  const beating = setInterval(() => {
    void takeWorker(store, id, { by: elsewhere, fence }).then((next) => (fence = next ?? fence));
  }, timing.heartbeatMs);
  try {
    await expect(takeLease(store, { version, log, timing })).rejects.toMatchObject({
      code: "STORE_IN_USE",
      details: { host: "another-machine", pid: 4711, version: "0.9.0" },
    });
  } finally {
    clearInterval(beating);
  }
});

test("who is replaced hears of it at the next heartbeat or write, and writes nothing more", async () => {
  for (const how of ["heartbeat", "write"] as const) {
    await sleep(timing.silentMs);
    const own = how === "heartbeat" ? timing : { ...timing, heartbeatMs: 60_000 };
    const lease = await takeLease(store, { version, log, timing: own });
    await tell();
    await holdBy(elsewhere);
    if (how === "heartbeat") await sleep(timing.heartbeatMs * 4);
    else await expect(tell()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect([how, lease.lost.aborted]).toEqual([how, true]);
    await expect(tell()).rejects.toMatchObject({ code: "LEASE_LOST" });
    await lease.close();
    expect((await findWorker(store, id))?.process).toEqual(elsewhere);
  }
});
