import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { Recipe } from "../../src/index.ts";
import { failures, goodStream, lintAll, temporaryFolder, tool } from "../tiny-tools.ts";

const packages = resolve(import.meta.dirname, "../../..");
const source = (path: string): string[] => [
  process.execPath,
  "--conditions=aomori-source",
  join(packages, path),
];

test("the linter passes itself, judging a recorded stream, in success, failure and interruption", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "stream.jsonl"), goodStream);
  await writeFile(join(cwd, "broken.jsonl"), goodStream.replace('"count":1', '"count":3'));
  const words = source("aoi-lint/src/bin.ts");
  // Takes its time, so that a signal comes in the middle: a tool that does not end by itself.
  const { path: sleeper } = await tool("/bin/sh", "sleep 20");
  const recipe: Recipe = {
    allowWrites: true,
    slow: ["--deadline", "4s", "--", sleeper],
    failures: {
      partial: { argv: ["--replay", "broken.jsonl"] },
      not_found: { argv: ["--replay", "absent.jsonl"] },
      usage: { argv: ["--rule", "NONE-1", "--replay", "stream.jsonl"] },
    },
  };
  const checks = await lintAll({
    argv: [...words, "--replay", "stream.jsonl", "--exit", "0", "--output", "jsonl"],
    cwd,
    profile: "strict",
    recipe,
    deadlineMs: 60_000,
    // A run of the linter that waits for a tool has nothing to say meanwhile.
    skip: ["STR-008"],
  });
  expect(failures(checks)).toEqual({});
  for (const rule of [
    "SUM-003",
    "SUM-007",
    "EXIT-001",
    "SIG-001",
    "SIG-002",
    "SIG-003",
    "DISC-006",
  ]) {
    expect([rule, checks.get(rule)?.verdict]).toEqual([rule, "passed"]);
  }
});

test.each([["config show"], ["openapi"]])(
  "aomori %s passes the strict profile",
  async (command) => {
    const checks = await lintAll({
      argv: [...source("cli/src/bin.ts"), ...command.split(" "), "--output", "jsonl"],
      cwd: await temporaryFolder(),
      profile: "strict",
      deadlineMs: 60_000,
    });
    expect(failures(checks)).toEqual({});
    for (const rule of ["STR-010", "META-001", "SUM-007", "SIG-001", "DISC-006", "RED-002"]) {
      expect([rule, checks.get(rule)?.verdict]).toEqual([rule, "passed"]);
    }
  },
);
