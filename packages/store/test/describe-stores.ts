import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { OrgId } from "@aomori/contract";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe } from "vitest";

import { ensureOrganization, openStore } from "../src/index.ts";
import type { Store } from "../src/index.ts";

const startMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** A clock that moves only when a test says so. */
export class TestClock {
  atMs = startMs;
  now(): number {
    return this.atMs;
  }
}

export interface TestStore {
  readonly store: Store;
  readonly clock: TestClock;
  readonly log: string[];
  /** Another store on the same data, once this one is closed. */
  reopen(): Promise<Store>;
}

export interface StoreKind {
  readonly kind: "pglite" | "postgres";
  /** A new, empty store, closed and removed after the test; or, on PostgreSQL, a second one on the data of another. */
  open(sharedWith?: Store): Promise<TestStore>;
  /** One store for all tests of the describe block, each entering it with an organisation and a clock of its own. */
  share(): { enter(): Promise<TestStore & { readonly orgId: OrgId }> };
}

export const testDatabaseUrl: string | undefined = process.env["AOMORI_TEST_DATABASE_URL"];

type Cleanup = () => Promise<void>;
const cleanups: Cleanup[] = [];

async function runAll(list: readonly Cleanup[]): Promise<void> {
  for (const cleanup of list.toReversed()) await cleanup();
}

afterEach(() => runAll(cleanups.splice(0)));

/** Runs the body for PGlite and, when AOMORI_TEST_DATABASE_URL names a server, for PostgreSQL. */
export function describeStores(name: string, body: (kind: StoreKind) => void): void {
  const pglite = storeKind("pglite", openTestPglite);
  const postgres = storeKind("postgres", openTestPostgres);
  describe(`${name} (PGlite)`, () => body(pglite));
  if (testDatabaseUrl === undefined) {
    describe.skip(`${name} (PostgreSQL): SKIPPED, because AOMORI_TEST_DATABASE_URL is not set`, () =>
      body(postgres));
    return;
  }
  describe(`${name} (PostgreSQL)`, () => body(postgres));
}

function storeKind(kind: StoreKind["kind"], open: StoreKind["open"]): StoreKind {
  return {
    kind,
    open,
    share: () => {
      let opened: TestStore | undefined;
      let own: Cleanup[] = [];
      let organisations = 0;
      beforeAll(async () => {
        if (kind === "postgres" && testDatabaseUrl === undefined) return;
        opened = await open();
        own = cleanups.splice(0);
      });
      afterAll(() => runAll(own));
      return {
        enter: async () => {
          if (opened === undefined) throw new Error("the shared store did not open");
          organisations += 1;
          const orgId: OrgId = `org_test${organisations}`;
          await ensureOrganization(opened.store, { id: orgId, name: "test" });
          opened.clock.atMs = startMs;
          return { ...opened, orgId };
        },
      };
    },
  };
}

export async function temporaryHome(): Promise<{
  databaseDirectory: string;
  databaseLockFile: string;
  backupsDirectory: string;
}> {
  const home = await mkdtemp(join(tmpdir(), "aomori-store-"));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  return {
    databaseDirectory: join(home, "db"),
    databaseLockFile: join(home, "run", "db.lock"),
    backupsDirectory: join(home, "backups"),
  };
}

/** The URL of a new, empty database on the test server. */
export async function temporaryDatabase(): Promise<string> {
  if (testDatabaseUrl === undefined) throw new Error("AOMORI_TEST_DATABASE_URL is not set");
  const name = `aomori_${randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name}`);
  cleanups.push(() => administer(`drop database ${name} with (force)`));
  const url = new URL(testDatabaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(statement: string): Promise<void> {
  const client = new Client(testDatabaseUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A new, empty store of every kind there is a server for. */
export async function openAny(): Promise<Store[]> {
  const kinds =
    testDatabaseUrl === undefined ? [openTestPglite] : [openTestPglite, openTestPostgres];
  return Promise.all(kinds.map(async (open) => (await open()).store));
}

async function openTestPglite(): Promise<TestStore> {
  return openTest(await temporaryHome(), undefined);
}

const urls = new WeakMap<Store, string>();

async function openTestPostgres(sharedWith?: Store): Promise<TestStore> {
  const shared = sharedWith === undefined ? undefined : urls.get(sharedWith);
  const url = shared ?? (await temporaryDatabase());
  const opened = await openTest(await temporaryHome(), url);
  urls.set(opened.store, url);
  return opened;
}

async function openTest(
  home: Awaited<ReturnType<typeof temporaryHome>>,
  databaseUrl: string | undefined,
): Promise<TestStore> {
  const clock = new TestClock();
  const log: string[] = [];
  const open = async (): Promise<Store> => {
    const store = await openStore({
      home,
      databaseUrl,
      clock,
      randomBytes: (length) => randomBytes(length),
      onLog: (line) => log.push(line),
    });
    cleanups.push(() => store.close());
    return store;
  };
  return { store: await open(), clock, log, reopen: open };
}
