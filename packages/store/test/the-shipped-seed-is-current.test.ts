import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { readJsonFile } from "@aomori/system";
import { expect, test } from "vitest";

import { localOrgId, openStore, lastEventSeq } from "../src/index.ts";
import { loadMigrations } from "../src/migrations.ts";
import { currentManifest, seedArchivePath, seedManifestPath } from "../src/seed.ts";
import { TestClock, temporaryHome } from "./describe-stores.ts";

const rebuild = "run: npm run seed -w packages/store";

test("the seed was built from today's migrations, PGlite and DBOS, and is the one its manifest names", async () => {
  const archive = createHash("sha256")
    .update(await readFile(seedArchivePath))
    .digest("hex");
  expect(await readJsonFile(seedManifestPath), rebuild).toEqual({
    ...(await currentManifest(await loadMigrations())),
    archive,
  });
});

test("the DBOS in the seed is the one that is installed", async () => {
  const dbos: unknown = await readJsonFile(
    new URL("../../package.json", import.meta.resolve("@dbos-inc/dbos-sdk")).pathname,
  );
  expect(dbos, rebuild).toMatchObject({ version: (await currentManifest([])).dbos });
});

test("a first start unpacks the seed, with DBOS's tables in it, and says nothing", async () => {
  const log: string[] = [];
  const store = await openStore({
    home: await temporaryHome(),
    clock: new TestClock(),
    randomBytes: () => new Uint8Array(),
    onLog: (line) => log.push(line),
  });
  expect(await lastEventSeq(store.scope(localOrgId))).toBe(0);
  const { rows } = await store.pool.query("select count(*)::int as n from dbos.workflow_status");
  expect(rows).toEqual([{ n: 0 }]);
  expect(log).toEqual([]);
  await store.close();
});
