import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readEvents } from "@aomori/protocol";
import type { StreamEvent } from "@aomori/protocol";
import { goodStream, temporaryFolder } from "../tiny-tools.ts";

const bin = resolve(import.meta.dirname, "../../src/bin.ts");

function run(
  cwd: string,
  argv: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=aomori-source", bin, ...argv],
    { cwd, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

async function events(stdout: string): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const event of readEvents(new Blob([stdout]).stream())) found.push(event);
  return found;
}

async function recording(stream: string): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "stream.jsonl"), stream);
  return cwd;
}

const replayed = ["--replay", "stream.jsonl", "--exit", "0"];

test("a passing stream: a check per rule, a report, ok and exit 0; what was not looked at is not ok", async () => {
  const { status, stdout } = run(await recording(goodStream), replayed);
  const all = await events(stdout);
  expect(status).toBe(0);
  const checks = all.filter(({ type }) => type === "aoi:check");
  expect(checks.length).toBeGreaterThan(20);
  for (const check of checks) expect(check["ok"]).toBe(check["verdict"] === "passed");
  expect(checks.some((check) => check["verdict"] === "not_verified")).toBe(true);
  expect(all.find(({ type }) => type === "report")).toMatchObject({ conforms: true, failed: 0 });
  expect(all.at(-1)).toMatchObject({ type: "aoi:summary", ok: true, count: checks.length + 1 });
});

test("a failing one: the offset, the error that says how many, ok:false and exit 1", async () => {
  const cwd = await recording(goodStream.replace('"count":1', '"count":3'));
  const { status, stdout } = run(cwd, replayed);
  const all = await events(stdout);
  expect(status).toBe(1);
  expect(all.find((event) => event["name"] === "SUM-003")).toMatchObject({
    ok: false,
    severity: "error",
    line: 3,
    offset: goodStream.indexOf('{"type":"aoi:summary"'),
    reproduce: expect.stringContaining("stream.jsonl"),
  });
  expect(all.find(({ type }) => type === "aoi:error")).toMatchObject({ code: "RULES_FAILED" });
  expect(all.at(-1)).toMatchObject({ ok: false });
});

test("a warning fails a strict profile only", async () => {
  const legacy = await recording(goodStream.replaceAll("aoi:", ""));
  expect(run(legacy, replayed).status).toBe(0);
  expect(run(legacy, [...replayed, "--profile", "strict"]).status).toBe(1);
  expect(run(legacy, [...replayed, "--profile", "legacy-0.2"]).status).toBe(0);
});

test.each([
  ["nothing to lint", [], "MISSING_COMMAND"],
  ["a rule nobody knows", [...replayed, "--rule", "SUM-999"], "UNKNOWN_RULE"],
  ["a command nobody has", ["--", "no-such-tool-here"], "COMMAND_NOT_STARTED"],
  ["a report file without a format", [...replayed, "--report-file", "x"], "CONFLICTING_FLAGS"],
])("%s is a usage error, exit 64", async (_what, argv, code) => {
  const { status, stdout } = run(await recording(goodStream), argv);
  expect(status).toBe(64);
  const all = await events(stdout);
  expect(all.find(({ type }) => type === "aoi:error")).toMatchObject({ code, category: "usage" });
});

test("a report takes the place of the stream, or goes to its file and is told", async () => {
  const cwd = await recording(goodStream.replace('"count":1', '"count":3'));
  const tap = run(cwd, [...replayed, "--report", "tap"]);
  expect(tap.stdout).toMatch(/^TAP version 14\n/);
  expect(tap.status).toBe(1);
  const sarif = run(cwd, [...replayed, "--report", "sarif", "--report-file", "lint.sarif"]);
  const told = (await events(sarif.stdout)).find(({ type }) => type === "aoi:artifact");
  expect(told).toMatchObject({
    path: join(cwd, "lint.sarif"),
    media_type: "application/sarif+json",
  });
  expect(JSON.parse(await readFile(join(cwd, "lint.sarif"), "utf8"))).toMatchObject({
    version: "2.1.0",
  });
});

test("a badge only for what passes", async () => {
  const good = await recording(goodStream);
  run(good, [...replayed, "--badge", "badge.svg"]);
  expect(await readFile(join(good, "badge.svg"), "utf8")).toContain("self-declared");
  const bad = await recording(goodStream.replace('"count":1', '"count":3'));
  const refused = run(bad, [...replayed, "--badge", "badge.svg"]);
  expect(refused.stdout).toContain("NO_BADGE");
  await expect(readFile(join(bad, "badge.svg"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a person sees families, findings with how to see them again, and what to do next", async () => {
  const cwd = await recording(goodStream.replace('"count":1', '"count":3'));
  const { stdout } = run(cwd, [...replayed, "--format", "table"]);
  expect(stdout).toMatch(/^Stream +✓ \d+ passed/m);
  expect(stdout).toMatch(/✗ SUM-003 {2}count is the number of result events/);
  expect(stdout).toMatch(/\$ cat .*stream\.jsonl/);
  expect(stdout).toContain("Not verified, so not passed");
  expect(stdout).toContain("aoi-lint --explain ID");
});

test("a tool of which nothing could be verified has not passed", async () => {
  const { status, stdout } = run(await recording(""), [...replayed, "--rule", "SIG"]);
  expect(status).toBe(1);
  const all = await events(stdout);
  expect(all.find(({ type }) => type === "report")).toMatchObject({ conforms: false, passed: 0 });
  expect(all.find(({ type }) => type === "aoi:error")).toMatchObject({ code: "NOTHING_VERIFIED" });
});

test("an empty stream passes no rule about its events", async () => {
  const { stdout } = run(await recording(""), replayed);
  const passed = (await events(stdout)).filter((event) => event["verdict"] === "passed");
  expect(passed.map((event) => event["name"])).toEqual(["STR-003"]);
});
