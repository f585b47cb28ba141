import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newEventId } from "@aomori/contract";
import type { JournalEvent } from "@aomori/contract";
import { openRuntime } from "@aomori/runtime";
import { localOrgId, readEvents } from "@aomori/store";
import { homeLayout, writeJournal } from "@aomori/system";
import { afterEach, beforeEach, expect, test } from "vitest";

let home: string;
const told: string[] = [];
const log = {
  info: () => undefined,
  warn: (text: string) => told.push(text),
  error: () => undefined,
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "journal-"));
  told.length = 0;
});
afterEach(async () => rm(home, { recursive: true }));

function installed(atMs: number, name: string): JournalEvent {
  return {
    id: newEventId(atMs, randomBytes),
    at: new Date(atMs).toISOString(),
    v: 1,
    type: "plugin.installed",
    summary: `${name} 1.0.0 installed`,
    data: {
      name,
      version: "1.0.0",
      source: `acme/${name}`,
      commit: null,
      trust: "none",
      untrusted: false,
    },
  };
}

async function eventsOfNextServer() {
  await using runtime = await openRuntime({
    layout: homeLayout({ AOMORI_HOME: home }),
    version: "0",
    log,
  });
  return await readEvents(runtime.store.scope(localOrgId), { after: 0, limit: 100 });
}

test("events of the journal are in the stream once, with their own ids and times and in their order", async () => {
  const { journalDirectory } = homeLayout({ AOMORI_HOME: home });
  const first = installed(1_000, "one");
  const second = installed(2_000, "two");
  await writeJournal(journalDirectory, second);
  await writeJournal(journalDirectory, first);
  expect(await eventsOfNextServer()).toMatchObject([
    { ...first, seq: 1 },
    { ...second, seq: 2 },
  ]);
  expect(await readdir(journalDirectory)).toEqual([]);

  // As a server leaves it that dies between storing an event and removing its file.
  await writeJournal(journalDirectory, first);
  expect((await eventsOfNextServer()).map(({ id }) => id)).toEqual([first.id, second.id]);
  expect(await readdir(journalDirectory)).toEqual([]);
});

test("what is no event is put aside, told of, and in nobody's way", async () => {
  const { journalDirectory } = homeLayout({ AOMORI_HOME: home });
  const good = installed(2_000, "good");
  await writeJournal(journalDirectory, good);
  await writeFile(join(journalDirectory, "evt_0.json"), '{"id":');
  expect((await eventsOfNextServer()).map(({ id }) => id)).toEqual([good.id]);
  expect(await readdir(join(journalDirectory, "rejected"))).toEqual(["evt_0.json"]);
  expect(told.join()).toContain("evt_0.json");
});
