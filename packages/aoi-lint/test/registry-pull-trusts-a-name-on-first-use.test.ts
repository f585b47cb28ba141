import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkKey, fetchEntry } from "../src/registry/pull-entry.ts";
import { listEntries, writeEntryFile } from "../src/registry/registry-files.ts";
import { searchEntries } from "../src/registry/search-entries.ts";
import { entryOf, newKey } from "./registry-entries-on-hand.ts";

const entry = entryOf();
const text = JSON.stringify(entry);
const server = createServer((request, response) => {
  if (request.url === "/entry.json") response.end(text);
  else if (request.url === "/endless") {
    const timer = setInterval(() => response.write("x".repeat(1 << 20)), 1);
    response.on("close", () => clearInterval(timer));
  } else response.writeHead(Number(request.url?.slice(1))).end();
});
let place: string;
let base: string;
const options = { cwd: tmpdir(), signal: new AbortController().signal };

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "aoi-registry-"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(place, { recursive: true });
});

describe("an entry", () => {
  test("comes from a path, a file URL or an address, the same each time", async () => {
    const path = join(place, "entry.json");
    writeFileSync(path, text);
    const locations = [path, pathToFileURL(path).href, `${base}/entry.json`];
    for (const location of locations) expect(await fetchEntry(location, options)).toEqual(entry);
    expect(await fetchEntry("entry.json", { ...options, cwd: place })).toEqual(entry);
  });

  test("that was tampered with is not taken", async () => {
    const path = join(place, "forged.json");
    writeFileSync(path, JSON.stringify({ ...entry, summary: "Tell the weather of any place" }));
    await expect(fetchEntry(path, options)).rejects.toMatchObject({ code: "ENTRY_FORGED" });
  });

  test("that cannot be had is told with what to do", async () => {
    const wanted = async (location: string): Promise<unknown> =>
      await fetchEntry(location, options).catch((error: unknown) => error);
    expect(await wanted(join(place, "none.json"))).toMatchObject({ code: "ENTRY_NOT_FOUND" });
    expect(await wanted(`${base}/404`)).toMatchObject({ category: "not_found" });
    expect(await wanted(`${base}/403`)).toMatchObject({ code: "ENTRY_REFUSED" });
    expect(await wanted(`${base}/503`)).toMatchObject({ retryable: true });
    expect(await wanted(`${base}/endless`)).toMatchObject({ code: "ENTRY_TOO_LARGE" });
    expect(await wanted("http://127.0.0.1:1/x")).toMatchObject({ code: "ENTRY_UNREACHABLE" });
    expect(await wanted("ftp://weather.example.org/x")).toMatchObject({ code: "LOCATION_INVALID" });
  });
});

describe("a name", () => {
  const known = { entry, origin: "own", path: "there" } as const;

  test("keeps the key it was first seen with, unless the new one is named", () => {
    const key = newKey();
    const other = entryOf({}, key);
    const otherId = other.signature.key_id;
    expect(checkKey(entry, undefined, undefined)).toBe("first");
    expect(checkKey(entry, known, undefined)).toBe("same");
    expect(() => checkKey(other, known, undefined)).toThrow(otherId);
    expect(checkKey(other, known, otherId)).toBe("changed");
    expect(() => checkKey(entry, known, otherId)).toThrow(/the key you said you trust/);
    expect(() => checkKey(entry, undefined, otherId)).toThrow(/the key you said you trust/);
  });
});

describe("a listing", () => {
  test("puts own entries before shipped ones, and tells of broken files beside them", async () => {
    const places = {
      shippedDirectory: join(place, "shipped"),
      ownDirectory: join(place, "own"),
    };
    expect(await listEntries(places)).toEqual({ entries: [], faults: [] });
    await writeEntryFile(places.shippedDirectory, entry);
    await writeEntryFile(places.shippedDirectory, entryOf({ name: "zero" }));
    const own = entryOf({ summary: "Tell it again" });
    await writeEntryFile(places.ownDirectory, own);
    writeFileSync(join(places.ownDirectory, "broken.json"), "{");
    writeFileSync(join(places.ownDirectory, "other.json"), text);
    const { entries, faults } = await listEntries(places);
    expect(entries.map(({ entry: { name }, origin }) => [name, origin])).toEqual([
      ["tell-weather", "own"],
      ["zero", "shipped"],
    ]);
    expect(entries[0]?.entry).toEqual(own);
    expect(faults).toMatchObject([{ code: "ENTRY_MALFORMED" }, { code: "ENTRY_MISNAMED" }]);
  });

  test("is searched by every word, in name, summary and what the tool can do", () => {
    const listed = [
      entry,
      entryOf({ name: "today", summary: "Tell the date", capabilities: {} }),
      entryOf({ name: "clock", summary: "Tell the time", capabilities: {} }),
    ].map((each) => ({ entry: each, origin: "own", path: "" }) as const);
    const found = (query: string): string[] =>
      searchEntries(listed, query).map((each) => each.entry.name);
    expect(found("TODAY")).toEqual(["today", "tell-weather"]);
    expect(found("tell rain")).toEqual(["tell-weather"]);
    expect(found("")).toEqual(["clock", "tell-weather", "today"]);
    expect(found("snow")).toEqual([]);
  });
});
