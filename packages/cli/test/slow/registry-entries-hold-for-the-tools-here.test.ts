import { fileURLToPath } from "node:url";
import { lintForRegistry, listEntries, verifyEntry } from "@aomori/aoi-lint";
import type { ListedEntry } from "@aomori/aoi-lint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeToolPlace } from "../tool-place.ts";
import type { ToolPlace } from "../tool-place.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const { entries } = await listEntries({
  shippedDirectory: `${root}registry`,
  ownDirectory: "/nowhere",
});
let place: ToolPlace;
beforeAll(() => {
  place = makeToolPlace();
});
afterAll(() => place[Symbol.dispose]());

test.each(entries.map((listed): [string, ListedEntry] => [listed.entry.name, listed]))(
  "%s conforms as its entry says",
  async (_, { entry }) => {
    const checks = verifyEntry(entry, {
      cwd: place.folder,
      env: place.env,
      signal: new AbortController().signal,
      lint: lintForRegistry,
    });
    const seen = new Map<string, string>();
    for await (const { name, verdict, detail } of checks)
      seen.set(name.slice(entry.name.length + 1), verdict === "failed" ? `${detail}` : verdict);
    expect(Object.fromEntries(seen)).toMatchObject({
      signature: "passed",
      digest: "passed",
      schemas: "passed",
      lint: "passed",
    });
  },
);

test("there is an entry to verify", () => {
  expect(entries.length).toBeGreaterThan(0);
});
