import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Fields } from "../run-machinemode.ts";
import { machinemode } from "../run-machinemode.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "writing-"));
  mkdirSync(join(cwd, "a/b"), { recursive: true });
  writeFileSync(join(cwd, "a/one"), "1");
  writeFileSync(join(cwd, "a/b/two"), "22");
});

function tree(): readonly string[] {
  return readdirSync(cwd, { recursive: true }).map(String).toSorted();
}

const told = (events: readonly Fields[]): readonly string[] =>
  events.map(({ action, path, to }) => JSON.stringify([action, path, to])).toSorted();

test.each([
  [["rm", "-r", "a"]],
  [["cp", "-r", "a", "c"]],
  [["mv", "a", "c"]],
  [["mkdir", "-p", "x/y/z"]],
])("a dry run of %j changes nothing and plans what a run then does", async (words) => {
  const before = tree();
  const plan = await machinemode(["--dry-run", ...words], { cwd });
  expect(tree()).toEqual(before);
  const planned = plan.events.filter(({ type }) => type === "aoi:plan");
  expect(planned.length).toBeGreaterThan(0);
  const run = await machinemode(["--yes", ...words], { cwd });
  expect(told(run.records)).toEqual(told(planned));
  expect(run.summary).toMatchObject({ ok: true, count: planned.length });
  expect(tree()).not.toEqual(before);
});

test("nothing is removed without being asked for twice", async () => {
  const refused = await machinemode(["rm", "-r", "a"], { cwd });
  expect(refused.events.at(-2)).toMatchObject({ code: "CONFIRMATION_REQUIRED", category: "usage" });
  expect(refused.status).toBe(64);
  expect(existsSync(join(cwd, "a/b/two"))).toBe(true);
});

test.each([["cp"], ["mv"]])("%s replaces only when told to, and keeps with -n", async (tool) => {
  writeFileSync(join(cwd, "there"), "old");
  const refused = await machinemode([tool, "a/one", "there"], { cwd });
  expect(refused.events.at(-2)).toMatchObject({ code: "ALREADY_EXISTS", category: "conflict" });
  const kept = await machinemode([tool, "-n", "a/one", "there"], { cwd });
  expect(kept.summary).toMatchObject({ ok: true, count: 0, warning_count: 1 });
  expect(readFileSync(join(cwd, "there"), "utf8")).toBe("old");
  const replaced = await machinemode([tool, "-f", "a/one", "there"], { cwd });
  expect(replaced.records).toMatchObject([{ replaces: true }]);
  expect(readFileSync(join(cwd, "there"), "utf8")).toBe("1");
});

test("an archive copy keeps links, modes and times", async () => {
  symlinkSync("one", join(cwd, "a/link"));
  utimesSync(join(cwd, "a/one"), 1_000_000, 1_000_000);
  await machinemode(["cp", "-a", "a", "c"], { cwd });
  expect(readlinkSync(join(cwd, "c/link"))).toBe("one");
  expect(lstatSync(join(cwd, "c/one")).mtimeMs).toBe(1_000_000_000);
});

test.each([
  ["a directory into itself", ["cp", "-r", "a", "a/b/new"], "INTO_ITSELF"],
  ["a file onto itself", ["cp", "-f", "a/one", "a/../a/one"], "SAME_FILE"],
  ["a directory without -r", ["rm", "-d", "-f", "a"], "NOT_EMPTY"],
  ["the working directory", ["rm", "-rf", "."], "REFUSED"],
  ["the root", ["rm", "-rf", "/"], "REFUSED"],
  ["a missing file", ["mv", "nothing", "c"], "NOT_FOUND"],
  ["two files into no directory", ["cp", "a/one", "a/b/two", "c"], "NOT_A_DIRECTORY"],
  ["an unknown flag", ["rm", "--interactive", "a"], "UNSUPPORTED_FLAG"],
  ["a directory that exists", ["mkdir", "a"], "ALREADY_EXISTS"],
])("refuses %s", async (_what, words, code) => {
  const before = tree();
  const { events, summary, status } = await machinemode(words, { cwd });
  expect(events.at(-2)).toMatchObject({ type: "aoi:error", code });
  expect(summary).toMatchObject({ ok: false, count: 0 });
  expect(status).not.toBe(0);
  expect(tree()).toEqual(before);
});
