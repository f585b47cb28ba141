import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { readLines } from "@aomori/system";
import { expect, test } from "vitest";

import { checkStore, openStore } from "../../src/index.ts";
import { loadMigrations } from "../../src/migrations.ts";
import { openPglite } from "../../src/pglite-backend.ts";
import { TestClock, temporaryHome } from "../describe-stores.ts";

type Home = Awaited<ReturnType<typeof temporaryHome>>;

const kills = 14;
const keptEvents = 500;

/** Opens the store with every migration of this program, and says when it was copied and when it is open. */
const opener = (home: unknown): string => `
  import { writeSync } from "node:fs";
  import { openStore } from ${JSON.stringify(import.meta.resolve("../../src/index.ts"))};
  const store = await openStore({
    home: ${JSON.stringify(home)}, clock: { now: () => Date.now() }, randomBytes: (n) => new Uint8Array(n),
    onLog: (line) => writeSync(1, line + "\\n"),
  });
  writeSync(1, "open\\n");
  await store.close();`;

/** A store as the first version of the schema had it, with events in it. */
async function olderStore(): Promise<Home> {
  const home = await temporaryHome();
  const [first] = await loadMigrations();
  if (first === undefined) throw new Error("there are no migrations");
  const store = await openPglite({
    ...home,
    clock: new TestClock(),
    onLog: () => {},
    migrations: [first],
  });
  await store.pool.query(
    `insert into organizations (id, name, event_seq, created_at) values ('org_local', 'local', $1, now())`,
    [keptEvents],
  );
  await store.pool.query(
    `insert into events (org_id, seq, id, at, type, v, summary, data)
     select 'org_local', n, 'evt_' || n, now(), 'spec.merging', 1, 'it happened', '{}' from generate_series(1, $1::int) n`,
    [keptEvents],
  );
  await store.close();
  return home;
}

/** Upgrades the store in a process of its own; `killAfterMs` counts from the copy that is made first. */
async function upgrade(
  home: Home,
  killAfterMs?: number,
): Promise<{ readonly isOpen: boolean; readonly tookMs: number }> {
  const child = spawn(
    process.execPath,
    ["--conditions=aomori-source", "--liftoff-only", "--input-type=module", "-e", opener(home)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "exit");
  let copiedAtMs: number | undefined;
  let tookMs = Number.NaN;
  for await (const { text = "" } of readLines(child.stdout, { maxLineBytes: 10_000 })) {
    if (text.includes("was copied to")) {
      copiedAtMs = performance.now();
      if (killAfterMs !== undefined) void sleep(killAfterMs).then(() => child.kill("SIGKILL"));
    }
    if (text === "open" && copiedAtMs !== undefined) tookMs = performance.now() - copiedAtMs;
  }
  await ended;
  return { isOpen: !Number.isNaN(tookMs), tookMs };
}

test("killed while a store is upgraded, it opens again with all it had, and upgraded as a whole", async () => {
  const older = await olderStore();
  const copyOfOlder = async (): Promise<Home> => {
    const home = await temporaryHome();
    await cp(older.databaseDirectory, home.databaseDirectory, { recursive: true });
    return home;
  };
  const { isOpen, tookMs } = await upgrade(await copyOfOlder());
  expect(isOpen).toBe(true);
  let cutOff = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const home = await copyOfOlder();
    const killed = await upgrade(home, (kill * tookMs) / (kills - 1));
    if (!killed.isOpen) cutOff += 1;

    const store = await openStore({
      home,
      clock: { now: () => Date.now() },
      randomBytes: (length) => new Uint8Array(length),
    });
    const { rows } = await store.pool.query(
      `select (select count(*)::int from events) as events, (select count(*)::int from schema_migrations) as migrations,
         (select count(*)::int from pg_indexes where schemaname = 'aomori' and indexname = 'tasks_live') as left`,
    );
    const findings = await checkStore(store);
    await store.close();
    const migrations = (await loadMigrations()).length;
    expect(rows).toEqual([{ events: keptEvents, migrations, left: 0 }]);
    expect(findings).toEqual([]);
    const copies = await readdir(home.backupsDirectory);
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.filter((name) => !/^db-[0-9]{8}T[0-9]{9}Z$/.test(name))).toEqual([]);
  }
  expect(cutOff, "kills came before the store was open").toBeGreaterThan(kills / 5);
});
