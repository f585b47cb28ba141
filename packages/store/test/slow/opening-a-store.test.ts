import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Pool } from "pg";
import { describe, expect, test } from "vitest";

import { getOrganization, localOrgId, openStore } from "../../src/index.ts";
import { loadMigrations } from "../../src/migrations.ts";
import type { Migration } from "../../src/migrations.ts";
import { openPglite } from "../../src/pglite-backend.ts";
import {
  describeStores,
  temporaryDatabase,
  temporaryHome,
  TestClock,
  testDatabaseUrl,
} from "../describe-stores.ts";

const options = { clock: new TestClock(), randomBytes: () => new Uint8Array() };

/** One that every later test may pretend to have been released since. */
const later = (version: string, sql = "create table later (id text);"): Migration => ({
  version,
  sql,
  sha256: `hash of ${version}`,
});

describeStores("opening", (kind) => {
  test("a store is there again after a close, with its default organisation once", async () => {
    const { store, reopen } = await kind.open();
    await store.close();
    const again = await reopen();
    expect(again.kind).toBe(kind.kind);
    expect(await getOrganization(again, localOrgId)).toMatchObject({ name: "local", eventSeq: 0 });
  });

  test("a store from a newer program is refused with both versions named", async () => {
    const { store, reopen } = await kind.open();
    await store.pool.query("insert into aomori.schema_migrations values ('000777', 'x', now())");
    await store.close();
    await expect(reopen()).rejects.toMatchObject({
      code: "STORE_NEWER",
      message: expect.stringMatching(/version 000777 .* up to 00000\d/),
    });
    await expect(reopen(), "the refused store is not left locked").rejects.toMatchObject({
      code: "STORE_NEWER",
    });
  });

  test("a store whose migration had another text is refused", async () => {
    const { store, reopen } = await kind.open();
    await store.pool.query("update aomori.schema_migrations set sha256 = 'other'");
    await store.close();
    await expect(reopen()).rejects.toMatchObject({ code: "STORE_MIGRATION_CHANGED" });
  });
});

describe("PGlite", () => {
  test("a second process is refused, naming the first one's pid", async () => {
    const home = await temporaryHome();
    const holder = spawn(
      process.execPath,
      [
        "--conditions=aomori-source",
        "--liftoff-only",
        "--input-type=module",
        "-e",
        `import { openStore } from ${JSON.stringify(import.meta.resolve("../../src/index.ts"))};
         await openStore({ home: ${JSON.stringify(home)}, clock: { now: () => Date.now() }, randomBytes: (n) => new Uint8Array(n) });
         console.log("open"); setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      await once(holder.stdout, "data");
      await expect(openStore({ ...options, home })).rejects.toMatchObject({
        code: "LOCK_HELD",
        message: expect.stringContaining(`process ${holder.pid} `),
      });
    } finally {
      holder.kill("SIGKILL");
      await once(holder, "exit");
    }
    const store = await openStore({ ...options, home });
    expect(
      await getOrganization(store, localOrgId),
      "a dead holder's lock is taken over",
    ).toBeDefined();
    await store.close();
  });

  test("a store opens again after a kill in the moment its own lock file was made", async () => {
    const home = await temporaryHome();
    await (await openStore({ ...options, home })).close();
    await writeFile(join(home.databaseDirectory, "postmaster.pid"), "");
    const store = await openStore({ ...options, home });
    expect(await getOrganization(store, localOrgId)).toBeDefined();
    await store.close();
  });

  test("a migration copies the store first, keeps three copies, and fails as a whole", async () => {
    const home = await temporaryHome();
    const log: string[] = [];
    const clock = new TestClock();
    const migrations = await loadMigrations();
    const open = (...more: Migration[]) =>
      openPglite({
        ...home,
        clock,
        onLog: (line) => log.push(line),
        migrations: [...migrations, ...more],
      });
    await (await open()).close();
    const all = ["000801", "000802", "000803", "000804"].map((version) =>
      later(version, `create table t${version} (id text);`),
    );
    for (let count = 1; count <= all.length; count += 1) {
      clock.atMs += 1_000;
      const backend = await open(...all.slice(0, count));
      await backend.pool.query(`insert into t${all[count - 1]?.version} values ('x')`);
      await backend.close();
    }
    expect(log).toHaveLength(4);
    const copies = (await readdir(home.backupsDirectory)).sort();
    expect(copies).toHaveLength(3);
    expect(copies.at(-1)).toBe("db-20260102T030409678Z");

    const newest = join(home.backupsDirectory, copies.at(-1) ?? "");
    const before = await openPglite({
      ...home,
      databaseDirectory: newest,
      databaseLockFile: `${newest}.lock`,
      clock,
      onLog: () => {},
      migrations: [...migrations, ...all.slice(0, 3)],
    });
    expect((await before.pool.query("select id from t000803")).rows, "as it was before").toEqual([
      { id: "x" },
    ]);
    await before.close();

    clock.atMs += 1_000;
    const broken = [
      later("000805", "create table half (id text);"),
      later("000806", "no sql at all"),
    ];
    await expect(open(...all, ...broken)).rejects.toThrow(/syntax error/);
    const backend = await open(...all);
    await expect(backend.pool.query("select from half")).rejects.toThrow(/does not exist/);
    await backend.close();
  });

  test("what an unpacking left half-done is made anew", async () => {
    const home = await temporaryHome();
    await mkdir(`${home.databaseDirectory}.partial/base`, { recursive: true });
    await writeFile(join(`${home.databaseDirectory}.partial`, "PG_VERSION"), "18");
    const store = await openStore({ ...options, home });
    expect(await getOrganization(store, localOrgId)).toBeDefined();
    await store.close();
  });

  test("a directory that holds no store is said to be unreadable, and stays as it was", async () => {
    const home = await temporaryHome();
    await mkdir(home.databaseDirectory, { recursive: true });
    await writeFile(join(home.databaseDirectory, "PG_VERSION"), "9.6\n");
    await expect(openStore({ ...options, home })).rejects.toMatchObject({
      code: "STORE_UNREADABLE",
    });
    expect(await readdir(home.databaseDirectory)).toEqual(["PG_VERSION"]);
  });
});

describe.skipIf(testDatabaseUrl === undefined)(
  "PostgreSQL (SKIPPED where AOMORI_TEST_DATABASE_URL is not set)",
  () => {
    test("a schema of that name that somebody else made is refused and left alone", async () => {
      const databaseUrl = await temporaryDatabase();
      const pool = new Pool({ connectionString: databaseUrl });
      await pool.query("create schema aomori; create table aomori.tasks (mine text)");
      await expect(
        openStore({ ...options, home: await temporaryHome(), databaseUrl }),
      ).rejects.toMatchObject({
        code: "STORE_SCHEMA_FOREIGN",
      });
      expect(
        (await pool.query("select * from aomori.tasks")).fields.map((field) => field.name),
      ).toEqual(["mine"]);
      await pool.end();
    });

    test("two processes that open an empty database at once make one store", async () => {
      const databaseUrl = await temporaryDatabase();
      const home = await temporaryHome();
      const stores = await Promise.all(
        Array.from({ length: 4 }, () => openStore({ ...options, home, databaseUrl })),
      );
      expect(
        (await stores[0]?.pool.query("select version from schema_migrations"))?.rows,
      ).toHaveLength((await loadMigrations()).length);
      await Promise.all(stores.map((store) => store.close()));
    });
  },
);

test("a database that cannot be reached, and a URL that is none, are told apart without the password", async () => {
  const home = await temporaryHome();
  await expect(
    openStore({ ...options, home, databaseUrl: "postgresql://me:hunter2@127.0.0.1:1/x" }),
  ).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.not.stringContaining("hunter2"),
  });
  await expect(
    openStore({ ...options, home, databaseUrl: "me:hunter2@host" }),
  ).rejects.toMatchObject({
    code: "DATABASE_URL_INVALID",
    message: expect.not.stringContaining("hunter2"),
  });
});
