import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as PgClient } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { DemoWorld, quickScenario } from "./demo-world.ts";
import { ServerProcess } from "./server-process.ts";
import { expectNoOrphans } from "./wreckage.ts";

const databaseUrl = process.env["AOMORI_TEST_DATABASE_URL"];
if (databaseUrl === undefined) {
  console.warn("AOMORI_TEST_DATABASE_URL is not set: two servers on one PostgreSQL are NOT tested");
}

/** A database of its own, dropped at the end. */
class TestDatabase implements AsyncDisposable {
  readonly url: string;
  readonly #name: string;
  private constructor(url: string, name: string) {
    this.url = url;
    this.#name = name;
  }
  static async create(): Promise<TestDatabase> {
    const name = `aomori_lease_${process.pid}_${Date.now()}`;
    await administer(`create database ${name}`);
    const url = new URL(databaseUrl ?? "");
    url.pathname = `/${name}`;
    return new TestDatabase(url.href, name);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await administer(`drop database ${this.#name} with (force)`);
  }
}

async function administer(sql: string): Promise<void> {
  const client = new PgClient({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const homes: string[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true });
});

async function serveElsewhere(url: string): Promise<ServerProcess> {
  const home = await mkdtemp(join(tmpdir(), "aomori-second-"));
  homes.push(home);
  return new ServerProcess(home, { env: { AOMORI_DATABASE_URL: url }, version: "0.2.0" });
}

describe.skipIf(databaseUrl === undefined)("two servers on one PostgreSQL", () => {
  it("refuses the second while the first lives, and hands it the work once the first is killed", async () => {
    await using database = await TestDatabase.create();
    const scenario = await quickScenario();
    await using world = await DemoWorld.create({ ...scenario, delay_ms: 60 });
    await using first = world.serve({ env: { AOMORI_DATABASE_URL: database.url } });
    const client = await first.client();
    await world.ensureSpec(client);

    await using refused = await serveElsewhere(database.url);
    expect(await refused.answer).toMatchObject({
      kind: "refused",
      code: "STORE_IN_USE",
      message: expect.stringContaining(`process ${first.pid} on `),
    });

    await first.kill();
    const startedMs = Date.now();
    await using second = await serveElsewhere(database.url);
    expect((await second.answer).kind).toBe("ready");
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    expect(await world.play(second)).toBe("over");
  });

  it("takes over from a server that has stopped moving, which ends as soon as it moves again", async () => {
    await using database = await TestDatabase.create();
    const scenario = await quickScenario();
    await using world = await DemoWorld.create({ ...scenario, delay_ms: 50 });
    await using first = world.serve({ env: { AOMORI_DATABASE_URL: database.url } });
    const client = await first.client();
    const specId = await world.ensureSpec(client);
    process.kill(first.pid, "SIGSTOP");

    const startedMs = Date.now();
    let second = await serveElsewhere(database.url);
    let answer = await second.answer;
    while (answer.kind === "refused" && Date.now() - startedMs < 30_000) {
      expect(answer.code).toBe("STORE_IN_USE");
      second = await serveElsewhere(database.url);
      answer = await second.answer;
    }
    await using successor = second;
    expect(answer.kind).toBe("ready");
    process.kill(first.pid, "SIGCONT");
    expect(await first.ended).toMatchObject({ code: 1 });
    expect(first.stderr).toContain("another process has taken the store over");
    await expectNoOrphans(world.home);

    expect(await world.play(successor)).toBe("over");
    console.log(`over after ${Date.now() - startedMs} ms`);
    const events = [];
    const reader = await successor.client();
    for await (const event of reader.events.stream({ follow: false })) events.push(event);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    for (const type of ["spec.created", "spec.running", "spec.completed"]) {
      const told = events.filter((event) => event.type === type && event.specId === specId);
      expect([type, told.length]).toEqual([type, 1]);
    }
  });
});
