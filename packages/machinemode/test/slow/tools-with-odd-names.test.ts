import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, oddDirectory, oddNames, sortedHex } from "../odd-names.ts";
import type { Fields } from "../run-machinemode.ts";
import { isInstalled, machinemode } from "../run-machinemode.ts";

function git(cwd: string, ...args: readonly string[]): string {
  const identity = [
    "-c",
    "user.name=Ada {x} Ö",
    "-c",
    "user.email=ada@example.com",
    "-c",
    "commit.gpgsign=false",
  ];
  return execFileSync("git", [...identity, ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function oddRepository(): string {
  const cwd = oddDirectory();
  git(cwd, "init", "-q", "-b", "main");
  return cwd;
}

const names = (records: readonly Fields[], field = "path"): readonly string[] =>
  sortedHex(records.map((record) => bytesOf(record, field)));

test("git status, diff and log tell every odd name exactly", async () => {
  const cwd = oddRepository();
  const untracked = await machinemode(["git", "status", "-uall"], { cwd });
  const changes = untracked.records.filter(({ type }) => type === "change");
  expect(names(changes)).toEqual(sortedHex(oddNames));
  expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(["untracked"]));

  git(cwd, "add", "-A");
  const staged = await machinemode(["git", "diff", "--cached"], { cwd });
  expect(names(staged.records)).toEqual(sortedHex(oddNames));
  expect(
    staged.records.every(({ status, additions }) => status === "added" && additions === 1),
  ).toBe(true);

  git(cwd, "commit", "-q", "-m", 'subject with "quotes" -> and\ttabs\n\nbody\n\nwith lines');
  const log = await machinemode(["git", "-C", cwd, "log", "--oneline"]);
  expect(log.records).toMatchObject([
    {
      subject: 'subject with "quotes" -> and\ttabs',
      body: "body\n\nwith lines",
      author_name: "Ada {x} Ö",
      parents: [],
      refs: ["HEAD", "refs/heads/main"],
    },
  ]);
  expect(log.summary).toMatchObject({ ok: true, count: 1 });
});

test("a renamed file keeps both names, whatever is in them", async () => {
  const cwd = oddRepository();
  git(cwd, "add", "-A");
  git(cwd, "commit", "-q", "-m", "one");
  writeFileSync(join(cwd, "plain.txt"), "a line of its own that only a rename has\n".repeat(20));
  git(cwd, "commit", "-q", "-am", "two");
  git(cwd, "mv", "plain.txt", "to -> \n new");
  const status = await machinemode(["git", "status"], { cwd });
  expect(status.records).toMatchObject([
    { type: "branch", head: "main" },
    {
      type: "change",
      kind: "renamed",
      path: "to -> \n new",
      old_path: "plain.txt",
      score: 100,
      index: "renamed",
    },
  ]);
  const diff = await machinemode(["git", "diff", "--cached", "-M"], { cwd });
  expect(diff.records).toMatchObject([
    { status: "renamed", path: "to -> \n new", old_path: "plain.txt", additions: 0 },
  ]);
});

test("branches are listed with their upstreams, and never made", async () => {
  const cwd = oddRepository();
  git(cwd, "commit", "-q", "--allow-empty", "-m", "first {a} => {b}");
  git(cwd, "branch", "feature/über");
  const { records } = await machinemode(["git", "branch"], { cwd });
  expect(records).toMatchObject([
    {
      name: "feature/über",
      ref: "refs/heads/feature/über",
      current: false,
      upstream: null,
      subject: "first {a} => {b}",
    },
    { name: "main", current: true },
  ]);
  const refused = await machinemode(["git", "branch", "new-one"], { cwd });
  expect(refused.events.at(-2)).toMatchObject({ type: "aoi:error", code: "UNSUPPORTED_ARGUMENT" });
  expect(refused.status).toBe(64);
  expect(git(cwd, "branch", "--list", "new-one")).toBe("");
});

test("grep tells the file, line and text of every match", async () => {
  const cwd = oddDirectory();
  const { records, summary } = await machinemode(["grep", "-r", "-E", "^[0-9]+$", "."], { cwd });
  expect(sortedHex(records.map((record) => bytesOf(record, "path").subarray(2)))).toEqual(
    sortedHex(oddNames),
  );
  for (const record of records) {
    const index = oddNames.findIndex((name) => name.equals(bytesOf(record, "path").subarray(2)));
    expect(record).toMatchObject({ line: 1, offset: 0, text: `${index}` });
  }
  expect(summary).toMatchObject({ ok: true, count: oddNames.length });
  const none = await machinemode(["grep", "nothing at all", "plain.txt"], { cwd });
  expect(none.summary).toMatchObject({ ok: true, count: 0 });
  expect(none.status).toBe(0);
  const files = await machinemode(["grep", "-rlE", "^1$", "."], { cwd });
  expect(files.records).toEqual([{ type: "file", source: "parsed", path: "./a  b" }]);
});

test("rg tells the same, in one order", async (context) => {
  if (!isInstalled("rg")) return context.skip("needs rg: not installed");
  const cwd = oddDirectory();
  const { records, summary } = await machinemode(["rg", "--hidden", "-e", "^[0-9]+$", "."], {
    cwd,
  });
  expect(sortedHex(records.map((record) => bytesOf(record, "path").subarray(2)))).toEqual(
    sortedHex(oddNames),
  );
  expect(
    records.every(({ submatches }) => Array.isArray(submatches) && submatches.length === 1),
  ).toBe(true);
  expect(summary).toMatchObject({ ok: true, count: oddNames.length });
});

test("wc counts each file that was named, the quoted ones too", async () => {
  const cwd = oddDirectory();
  const typed = oddNames
    .map((name) => name.toString("utf8"))
    .filter((name) => !name.includes("\uFFFD"));
  const { records, summary } = await machinemode(["wc", "--", ...typed], { cwd });
  expect(records.map(({ path }) => path)).toEqual(typed);
  expect(records.every(({ lines, words }) => lines === 1 && words === 1)).toBe(true);
  expect(summary["ok"]).toBe(true);
});

test("du tells every odd name exactly", async () => {
  const cwd = oddDirectory();
  const { records } = await machinemode(["du", "-a", "--apparent-size", "."], { cwd });
  const files = records.filter(({ path }) => path !== ".");
  expect(sortedHex(files.map((record) => bytesOf(record, "path").subarray(2)))).toEqual(
    sortedHex(oddNames),
  );
});

test("cp, mv and rm take odd names whole, and tell each", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "effects-"));
  const from = oddDirectory();
  mkdirSync(join(cwd, "in"));
  const namesIn = (folder: string): readonly string[] =>
    sortedHex(readdirSync(join(cwd, folder), { encoding: "buffer" }));

  const copied = await machinemode(["cp", "-r", from, "in"], { cwd });
  const files = copied.records.filter(({ action }) => action === "copy");
  expect(
    sortedHex(files.map((record) => bytesOf(record, "path").subarray(from.length + 1))),
  ).toEqual(sortedHex(oddNames));
  expect(namesIn("in/names")).toEqual(sortedHex(oddNames));

  const moved = await machinemode(["mv", "in/names", "in/other\n -> name"], { cwd });
  expect(moved.records).toMatchObject([
    { action: "move", path: "in/names", to: "in/other\n -> name", kind: "directory" },
  ]);

  const removed = await machinemode(["rm", "-rf", "in"], { cwd });
  expect(removed.records).toHaveLength(oddNames.length + 2);
  expect(removed.summary).toMatchObject({ ok: true, count: oddNames.length + 2 });
  expect(readdirSync(cwd)).toEqual([]);
});

test("an unmerged path is told by diff and status, and no count is taken for another's", async () => {
  const cwd = oddRepository();
  writeFileSync(join(cwd, "z last"), "one\n");
  git(cwd, "add", "-A");
  git(cwd, "commit", "-q", "-m", "base");
  git(cwd, "checkout", "-q", "-b", "side");
  writeFileSync(join(cwd, "plain.txt"), "side\n");
  git(cwd, "commit", "-q", "-am", "side");
  git(cwd, "checkout", "-q", "main");
  writeFileSync(join(cwd, "plain.txt"), "main\n");
  git(cwd, "commit", "-q", "-am", "main");
  expect(() => git(cwd, "merge", "side")).toThrow();
  writeFileSync(join(cwd, "z last"), "one\ntwo\n");
  const status = await machinemode(["git", "status"], { cwd });
  expect(status.records.find(({ kind }) => kind === "unmerged")).toMatchObject({
    path: "plain.txt",
    index: "unmerged",
  });
  const diff = await machinemode(["git", "diff"], { cwd });
  expect(diff.records).toContainEqual(
    expect.objectContaining({ path: "plain.txt", status: "unmerged" }),
  );
  expect(diff.records).toContainEqual(
    expect.objectContaining({ path: "z last", status: "modified", additions: 1 }),
  );
  expect(diff.summary).toMatchObject({ ok: true, warning_count: 0 });
});
