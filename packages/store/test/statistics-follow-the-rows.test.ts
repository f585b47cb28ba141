import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { localOrgId, openStore } from "../src/index.ts";
import { temporaryHome, TestClock } from "./describe-stores.ts";

// PGlite only: a PostgreSQL server has its autovacuum for this.
test("tables of PGlite that grew are analyzed, without anybody asking", async () => {
  const log: string[] = [];
  await using store = await openStore({
    home: await temporaryHome(),
    clock: new TestClock(),
    randomBytes,
    onLog: (line) => log.push(line),
  });
  for (let count = 0; count < 250; count += 1) {
    await store.transaction(localOrgId, async (tx) => {
      tx.emit({ type: "spec.merging", summary: "", data: {} });
    });
  }
  const estimate = async (): Promise<unknown> =>
    (await store.pool.query("select reltuples from pg_class where oid = 'events'::regclass"))
      .rows[0];
  await expect
    .poll(estimate, { timeout: 5_000 })
    .toEqual({ reltuples: expect.toSatisfy((count) => count >= 200) });
  expect(log).toEqual([]);
});
