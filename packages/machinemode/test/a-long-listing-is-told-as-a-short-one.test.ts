import { linkSync, mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toByteString } from "../src/byte-text.ts";
import { EntryLines } from "../src/native/entry-lines.ts";
import { EntryRecords } from "../src/native/entry-records.ts";
import { Facts } from "../src/native/facts.ts";
import { oddNames } from "./odd-names.ts";
import { machinemode } from "./run-machinemode.ts";

/** Odd names, links, a device of every sort the user may make, and enough others to be many. */
function longDirectory(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "long-")), "many");
  mkdirSync(folder);
  for (let index = 0; index < 6000; index += 1)
    writeFileSync(join(folder, `file-${index}`), "x".repeat(index % 7));
  for (const name of oddNames) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "");
  symlinkSync("file-1", join(folder, "link"));
  symlinkSync("no \n such\u001b", join(folder, "dangling"));
  linkSync(join(folder, "file-2"), join(folder, "second name"));
  mkdirSync(join(folder, "below"));
  for (const name of ["one", "two"]) writeFileSync(join(folder, "below", name), "");
  for (const [name, seconds] of [
    ["file-3", 0.0005],
    ["file-4", -1.25],
    ["file-5", 2 ** 32],
  ] as const)
    utimesSync(join(folder, name), seconds, seconds);
  return folder;
}

const cwd = longDirectory();

/** A page with a size is put together record by record. */
test.each([
  ["ls", "."],
  ["ls", "-la", "."],
  ["ls", "-l", cwd],
  ["ls", "-lR", "."],
  ["ls", "-lL", "."],
  ["find", "."],
  ["find", cwd, "-ls"],
  ["find", "./", "below", "-type", "f", "-ls"],
])("%s %s %s", async (...words) => {
  const results = (stdout: string): readonly string[] =>
    stdout.split("\n").filter((line) => !/^\{"type":"aoi:(?:meta|summary)"/.test(line));
  const whole = await machinemode(words, { cwd });
  const measured = await machinemode(["--max-bytes", "1000000000", ...words], { cwd });
  expect(results(whole.stdout)).toEqual(results(measured.stdout));
  expect(whole.records.length).toBeGreaterThan(6000);
  expect(whole.summary).toMatchObject({ count: whole.records.length });
});

describe("lines of entries", () => {
  const form = { tool: "find", long: true } as const;
  const entry = (name: string) => {
    const path = toByteString(join(cwd, name));
    return { name: toByteString(name), path, kind: "file", depth: 1 } as const;
  };

  test("are none where a file cannot be looked at, which is then an error in its place", () => {
    const entries = [entry("file-1"), entry("gone"), entry("file-2")];
    expect(new EntryLines(form).of(entries)).toBeUndefined();
    const items = new EntryRecords(form).items({ entries });
    expect(items.map(({ type }) => type)).toEqual(["entry", "aoi:error", "entry"]);
    expect(items[1]).toMatchObject({ error: { code: "NOT_FOUND", category: "not_found" } });
  });

  test("tell any time as a date does", () => {
    const facts = new Facts();
    fc.assert(
      fc.property(fc.double({ min: -62e12, max: 250e12, noNaN: true }), (epochMs) => {
        expect(facts.time(epochMs)).toBe(new Date(Math.floor(epochMs)).toISOString());
      }),
    );
  });
});
