import { expect, test } from "vitest";

import { localOrgId } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";

describeStores("housekeeping", (kind) => {
  const shared = kind.share();

  test.runIf(kind.kind === "pglite")(
    "tables that grew are analyzed, without anybody asking",
    async () => {
      const { store, log } = await shared.enter();
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
    },
  );
});
