import { openStore } from "@aomori/store";
import { homeLayout, identifySelf } from "@aomori/system";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DemoWorld, SpecFailed, hashTree, quickScenario } from "./demo-world.ts";
import { ServerProcess } from "./server-process.ts";
import { expectNoOrphans, expectSoundStore, expectWhole, holdsOf } from "./wreckage.ts";

let home = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aomori-life-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** What a first start does to files in this order, whatever else it does between. */
const decisive = [
  "writeFile server.lock.tmp",
  "link server.lock.tmp",
  "rm server.lock.tmp",
  "link db.lock.tmp",
  "rm db.lock.tmp",
  "mkdir db.partial",
  "writeFileSync db.partial",
  "rename db.partial",
  "writeSync",
  "rename .credentials.tmp",
  "rename .server.json.tmp",
];

/** Every kind of change to a file that a first start makes, and the middle one of those there are many of. */
async function changesOfFirstStart(): Promise<{ label: string; nth: number }[]> {
  const elsewhere = await mkdtemp(join(tmpdir(), "aomori-first-"));
  const file = join(elsewhere, "writes");
  await using server = await ServerProcess.start(join(elsewhere, "home"), {
    env: { AOMORI_WRITES_FILE: file },
  });
  await server.kill();
  const labels = (await readFile(file, "utf8")).trimEnd().split("\n");
  await rm(elsewhere, { recursive: true });
  return [...new Set(labels)].flatMap((label) => {
    const times = labels.filter((other) => other === label).length;
    return [1, ...(times > 10 ? [times >> 1] : [])].map((nth) => ({ label, nth }));
  });
}

describe("what an earlier server left", () => {
  it("starts over locks and server.json of processes that are gone, or whose pid is another's", async () => {
    const layout = homeLayout({ AOMORI_HOME: home });
    await mkdir(layout.runDirectory, { recursive: true, mode: 0o700 });
    const self = await identifySelf();
    const recycled = { pid: self.pid, startTime: "another boot:1" };
    const gone = { pid: 2 ** 22 - 1, startTime: self.startTime };
    const lock = { lockedAt: new Date(0).toISOString(), nonce: "n" };
    await writeFile(layout.serverLockFile, JSON.stringify({ ...recycled, ...lock }));
    await writeFile(layout.databaseLockFile, JSON.stringify({ ...gone, ...lock }));
    await writeFile(
      layout.serverInfoFile,
      JSON.stringify({ ...gone, startedAt: lock.lockedAt, port: 1, version: "0.0.1" }),
    );
    await using server = await ServerProcess.start(home);
    const client = await server.client();
    expect(await client.system.health()).toMatchObject({ status: "ready", pid: server.pid });
  });

  it("refuses a second server of a home, naming the first", async () => {
    await using first = await ServerProcess.start(home);
    await using second = new ServerProcess(home, {});
    expect(await second.answer).toMatchObject({
      kind: "refused",
      code: "LOCK_HELD",
      message: expect.stringContaining(`process ${first.pid}`),
    });
    expect(first.alive).toBe(true);
  });

  it("refuses a store of a newer program and leaves no lock", async () => {
    const layout = homeLayout({ AOMORI_HOME: home });
    const store = await openStore({ home: layout, clock: { now: () => Date.now() }, randomBytes });
    await store.pool.query(
      "insert into aomori.schema_migrations (version, sha256, applied_at) values ('000900', 'x', now())",
    );
    await store.close();
    await using server = new ServerProcess(home, {});
    const answer = await server.answer;
    expect(answer).toMatchObject({ kind: "refused", code: "STORE_NEWER" });
    expect(answer.kind === "refused" && answer.message).toMatch(/000900.*up to 0000\d\d/);
    expect(await server.ended).toMatchObject({ code: 1 });
    expect(await holdsOf(layout)).toEqual([]);
  });

  it("makes a whole store after a first start that was killed at any moment", async () => {
    const points = await changesOfFirstStart();
    expect(points.map(({ label }) => label)).toEqual(expect.arrayContaining([...decisive]));
    for (const { label, nth } of points) {
      const env = { AOMORI_WRITES_FILE: "/dev/null", AOMORI_KILL_WRITE: label };
      await using server = new ServerProcess(home, {
        env: { ...env, AOMORI_KILL_NTH: String(nth) },
      });
      // One that does not come up again, since the store is made already, is a start like any other.
      await server.answer;
      await server.kill();
    }
    await using server = await ServerProcess.start(home);
    const client = await server.client();
    expect(await client.system.health()).toMatchObject({ status: "ready" });
    const left = (await readdir(home)).filter((name) => name.includes("partial"));
    expect(left).toEqual([]);
    await server.kill("SIGTERM");
    await expectSoundStore(server);
  });
});

describe("a server that is told to stop while agents run", () => {
  for (const how of ["drain", "SIGTERM"] as const) {
    it(`ends within ten seconds on ${how}; another version goes on and counts no attempt`, async () => {
      const scenario = await quickScenario();
      await using world = await DemoWorld.create({ ...scenario, delay_ms: 100 });
      await using first = world.serve({ version: "0.1.0" });
      const client = await first.client();
      const specId = await world.ensureSpec(client);
      for (let working = 0; working < 2; await sleep(50)) {
        working = 0;
        for await (const agent of client.agents.list({ specId })) {
          if (agent.endedAt === null) working += 1;
        }
      }
      const startedMs = Date.now();
      if (how === "drain") await client.system.drain();
      else process.kill(first.pid, "SIGTERM");
      expect(await first.ended).toEqual({ code: 0, signal: null });
      expect(Date.now() - startedMs).toBeLessThan(10_000);
      await expectNoOrphans(world.home);
      expect(await holdsOf(first.layout)).toEqual([]);

      await using second = world.serve({ version: "7.0.0" });
      expect(await world.play(second)).toBe("over");
      const again = await second.client();
      const attempts: number[] = [];
      for await (const task of again.tasks.list({ specId })) attempts.push(task.attempt);
      expect(attempts.filter((attempt) => attempt !== 1)).toEqual([]);
      await expectWhole(world, second);
    });
  }
});

/** What a server that runs out of disk tells a person: on standard error, or in the failures of the spec and its tasks. */
async function untilDiskFullIsTold(world: DemoWorld, server: ServerProcess): Promise<void> {
  const told = /DISK_FULL|the disk is full|No space left on device/;
  for (const endsAtMs = Date.now() + 120_000; Date.now() < endsAtMs; await sleep(100)) {
    if (told.test(server.stderr)) return;
    if (!server.alive) throw new Error(`it died and did not say of what: ${server.stderr}`);
    // A request that fails on a full disk says why.
    const says = await situation(world, server).catch((error: unknown) => String(error));
    if (told.test(says)) return;
  }
  throw new Error(`nobody told of the full disk\n${await situation(world, server)}`);
}

/** A file system of a few megabytes for a home; only root can make one. */
function mountSmall(directory: string, sizeMegabytes: number): boolean {
  const options = `size=${sizeMegabytes}m,mode=0700`;
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]);
  return mounted.status === 0;
}

/** What a person would look at when nothing goes on; a server that does not answer is part of it. */
async function situation(world: DemoWorld, server: ServerProcess): Promise<string> {
  const mute = sleep(10_000, `the server does not answer\n${server.stderr}`, { ref: false });
  return await Promise.race([askedOf(world, server), mute]);
}

async function askedOf({ specId }: DemoWorld, server: ServerProcess): Promise<string> {
  if (specId === undefined) return `no spec was made\n${server.stderr}`;
  const client = await server.client();
  const { status, phase, failure } = await client.specs.get(specId);
  const tasks: string[] = [];
  for await (const { id, status: of, failure: why } of client.tasks.list({ specId })) {
    tasks.push(`${id} ${of} ${why?.message ?? ""}`);
  }
  return [`${phase} ${status} ${failure?.message ?? ""}`, ...tasks, server.stderr].join("\n");
}

/** Does what the failed spec says: runs the tasks again that could not write. */
async function retryUntilOver(world: DemoWorld, server: ServerProcess): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      const ended = await Promise.race([world.play(server), sleep(180_000, "still at it")]);
      if (ended === "still at it") {
        throw new Error(await situation(world, server));
      }
      expect(ended).toBe("over");
      return;
    } catch (error) {
      if (!(error instanceof SpecFailed) || round === 3) throw error;
    }
    const client = await server.client();
    const { specId } = world;
    if (specId === undefined) throw new Error("no spec was made");
    for await (const task of client.tasks.list({ specId, status: "failed" })) {
      await client.tasks.retry(task.id);
    }
  }
}

describe("a disk that is full", () => {
  it("says DISK_FULL when a store cannot even be made", async (context) => {
    if (!mountSmall(home, 4)) return context.skip("no tmpfs can be mounted here");
    try {
      await using server = new ServerProcess(home, {});
      expect(await server.answer).toMatchObject({ kind: "refused", code: "DISK_FULL" });
    } finally {
      spawnSync("umount", [home]);
    }
  });

  it("loses nothing when it fills up during a run, and goes on once there is space", async (context) => {
    await using world = await DemoWorld.create();
    await mkdir(world.home);
    if (!mountSmall(world.home, 64)) return context.skip("no tmpfs can be mounted here");
    try {
      const filler = join(world.home, "filler");
      await using first = world.serve();
      const client = await first.client();
      const specId = await world.ensureSpec(client);
      for (let running = false; !running; await sleep(50)) {
        running = (await client.specs.get(specId)).status === "running";
      }
      spawnSync("sh", ["-c", `cat /dev/zero > ${filler}`]);
      await untilDiskFullIsTold(world, first);
      await rm(filler);
      await first.kill();
      await using second = world.serve();
      await retryUntilOver(world, second);
      const again = await second.client();
      const seqs: number[] = [];
      for await (const event of again.events.stream({ follow: false })) seqs.push(event.seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      for await (const task of again.tasks.list({ specId })) expect(task.status).toBe("completed");
      expect(await hashTree(world.repository)).toBe(world.repositoryHash);
      await second.kill("SIGTERM");
      await expectSoundStore(second);
    } finally {
      spawnSync("umount", [world.home]);
    }
  });
});
