import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { identity } from "../src/identity.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseInvocation, takeTrailing, withoutTrailingOutput } from "../src/cli/parse-options.ts";
import { noOptions } from "../src/running/options.ts";
import { builtCommand, isInstalled, machinemode } from "./run-machinemode.ts";

test("the wrapper's options end at the tool's name, the rest is the tool's", () => {
  const { options, tool, argv } = parseInvocation([
    "--limit=3",
    "--fields",
    "a,b",
    "ls",
    "--limit",
    "9",
  ]);
  expect({ tool, argv, limit: options.limit, fields: options.fields }).toEqual({
    tool: "ls",
    argv: ["--limit", "9"],
    limit: 3,
    fields: ["a", "b"],
  });
  expect(parseInvocation(["--", "ls", "-l"])).toMatchObject({ tool: "ls", argv: ["-l"] });
});

test.each([
  ["--limit"],
  ["--limit=x"],
  ["--limit=-1"],
  ["--max-bytes=0"],
  ["--timeout=5"],
  ["--nope"],
  ["--output=yaml"],
])("%s is refused", (word) => {
  expect(() => parseInvocation([word])).toThrow();
});

test("a trailing --output jsonl is the wrapper's, behind -- the tool's", () => {
  expect(withoutTrailingOutput(["a", "--output", "jsonl"])).toEqual(["a"]);
  expect(withoutTrailingOutput(["a", "--output=jsonl"])).toEqual(["a"]);
  expect(withoutTrailingOutput(["--", "--output", "jsonl"])).toEqual(["--", "--output", "jsonl"]);
  expect(withoutTrailingOutput(["--output", "jsonl", "a"])).toEqual(["--output", "jsonl", "a"]);
});

test("options at the end are taken from a tool that has none of their names", () => {
  const taken = takeTrailing(noOptions, ["-l", "x", "--limit", "2", "--fields=a", "--dry-run"]);
  expect(taken).toMatchObject({
    argv: ["-l", "x"],
    options: { limit: 2, fields: ["a"], dryRun: true },
  });
  expect(takeTrailing(noOptions, ["--", "--limit", "2"]).argv).toEqual(["--", "--limit", "2"]);
  expect(takeTrailing(noOptions, ["--limit", "2", "x"]).argv).toEqual(["--limit", "2", "x"]);
});

test("they reach the run, and a tool's own --output stays its own", async (context) => {
  const cwd = mkdtempSync(join(tmpdir(), "options-"));
  writeFileSync(join(cwd, "a"), "");
  writeFileSync(join(cwd, "b"), "");
  const listed = await machinemode(["ls", "--limit", "1", "--output", "jsonl"], { cwd });
  expect(listed.summary).toMatchObject({ ok: true, count: 1, truncated: true });
  const printed = await machinemode(["echo", "x", "--limit", "1", "--output", "jsonl"], { cwd });
  expect(printed.records).toMatchObject([{ text: "x --limit 1" }]);
  if (!isInstalled("curl")) return context.skip("needs curl: not installed");
  const fetched = await machinemode(["curl", `file://${join(cwd, "a")}`, "--output", "jsonl"], {
    cwd,
  });
  expect(fetched.records).toMatchObject([{ output_file: "jsonl" }]);
  expect(readdirSync(cwd)).toContain("jsonl");
});

test("an argument that is not UTF-8 never names another file", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "bytes-"));
  writeFileSync(join(cwd, "\uFFFD"), "");
  // The wrapper is called by a shell, because Node cannot write such bytes into an argument itself.
  const words = [
    "sh",
    "-c",
    'exec "$0" "$1" rm -f "$(printf "\\377")"',
    process.execPath,
    await builtCommand(),
  ];
  const { records } = await machinemode(words, { cwd });
  const inner = records.map(({ text }): unknown => JSON.parse(text as string));
  expect(inner).toContainEqual(
    expect.objectContaining({ code: "ARGUMENT_NOT_UTF8", category: "validation" }),
  );
  expect(readdirSync(cwd)).toEqual(["\uFFFD"]);
  const whole = await machinemode(["rm", "-f", "\uFFFD"], { cwd });
  expect(whole.summary).toMatchObject({ ok: true, count: 1 });
});

test("the version is the package's", async () => {
  const manifest: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8"),
  );
  expect(manifest).toMatchObject({ version: identity.version });
});
