import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { failedTest } from "../failure-reason.ts";
import { closingLines, readTally } from "../tally.ts";

const root = resolve(import.meta.dirname, "../..");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aomori-red-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The closing lines of a vitest run over one test file, with our reporter. */
function closingLinesOf(test: string): string[] {
  writeFileSync(join(folder, "planted.test.mjs"), test);
  const tally = join(folder, "tally.jsonl");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporter = join(root, "tools/tally-reporter.ts");
  const argv = [vitest, "run", "--root", folder, "--globals", `--reporter=${reporter}`];
  const env = { ...process.env, AOMORI_TALLY_FILE: tally, FORCE_COLOR: "1" };
  spawnSync(process.execPath, argv, { cwd: folder, env });
  expect(readFileSync(tally, "utf8")).not.toBe("");
  return closingLines(readTally(tally));
}

it("ends with message, difference and place of each failed test, before the counts", () => {
  const lines = closingLinesOf(`
    it("adds", () => expect({ sum: 1 }).toEqual({ sum: 2 }));
    it("waits", async () => { throw new TypeError("no such thing\\n\\nat all"); });
    it("holds", () => {});
  `);
  expect(lines).toEqual([
    "FAILED:",
    "  planted.test.mjs > adds",
    "    AssertionError: expected { sum: 1 } to deeply equal { sum: 2 }",
    "    - Expected",
    "    + Received",
    "      {",
    '    -   "sum": 2,',
    '    +   "sum": 1,',
    "      }",
    "    at planted.test.mjs:2:41",
    "  planted.test.mjs > waits",
    "    TypeError: no such thing",
    "    at all",
    "    at planted.test.mjs:3:37",
    "1 passed, 2 failed",
  ]);
});

it("says why a file could not be loaded", () => {
  const lines = closingLinesOf(`import "./nowhere.mjs"; it("holds", () => {});`);
  expect(lines.slice(0, 2)).toEqual(["FAILED:", "  planted.test.mjs > the file itself"]);
  expect(lines[2]).toMatch(/nowhere\.mjs/);
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
});

it("keeps to eight lines and keeps the place, however much an error says", () => {
  const message = Array.from({ length: 50 }, (_, index) => `line ${index} ${"x".repeat(900)}`);
  const stacks = [
    { file: "node_modules/a/b.js", line: 1, column: 1 },
    { file: "/root/packages/a/test/a.test.ts", line: 7, column: 9 },
  ];
  const { why } = failedTest("a > b", [{ message: message.join("\n"), stacks }], "/root");
  expect(why).toHaveLength(8);
  expect(why.at(-1)).toBe("at packages/a/test/a.test.ts:7:9");
  expect(Math.max(...why.map((line) => line.length))).toBeLessThanOrEqual(301);
});
