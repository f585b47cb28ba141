import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { readLines } from "@aomori/system";
import { expect, test } from "vitest";

import { checkStore, localOrgId, openStore, readEvents } from "../../src/index.ts";
import { temporaryHome } from "../describe-stores.ts";

const kills = 12;

/** Commits one event after another and prints each `seq` once its commit has come back. */
const writer = (home: unknown): string => `
  import { randomBytes } from "node:crypto";
  import { writeSync } from "node:fs";
  import { localOrgId, openStore } from ${JSON.stringify(import.meta.resolve("../../src/index.ts"))};
  const store = await openStore({
    home: ${JSON.stringify(home)}, clock: { now: () => Date.now() }, randomBytes: (n) => randomBytes(n),
  });
  store.events.onCommit(({ lastSeq }) => writeSync(1, lastSeq + "\\n"));
  const text = "x".repeat(3000);
  for (;;) {
    await store.transaction(localOrgId, async (tx) => {
      for (let n = 0; n < 3; n += 1) tx.emit({ type: "spec.merging", summary: text, data: {} });
    });
  }`;

test("killed while it writes, a store opens again with every commit it had confirmed", async () => {
  const home = await temporaryHome();
  let confirmed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = spawn(
      process.execPath,
      ["--conditions=aomori-source", "--liftoff-only", "--input-type=module", "-e", writer(home)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = once(child, "exit");
    let began = false;
    for await (const { text } of readLines(child.stdout, { maxLineBytes: 100 })) {
      confirmed = Math.max(confirmed, Number(text));
      if (began) continue;
      began = true;
      // Any moment will do: spread over the writes, a checkpoint among them.
      void sleep(20 + kill * 97).then(() => child.kill("SIGKILL"));
    }
    await ended;
    expect(began).toBe(true);

    const store = await openStore({
      home,
      clock: { now: () => Date.now() },
      randomBytes: (length) => new Uint8Array(length),
    });
    const findings = await checkStore(store);
    const newest = await readEvents(store.scope(localOrgId), { after: confirmed, limit: 10 });
    await store.close();
    expect(findings).toEqual([]);
    // At most the one transaction whose confirmation the kill cut off, and that one whole.
    expect([0, 3]).toContain(newest.length);
    confirmed += newest.length;
  }
  expect(confirmed).toBeGreaterThan(kills * 3);
});
