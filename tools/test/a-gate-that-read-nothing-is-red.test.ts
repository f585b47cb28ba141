import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runGates } from "../gates.ts";
import type { Gate, GateResult } from "../gates.ts";
import { emptyTally } from "../tally.ts";
import { plant } from "./planted-repository.ts";

const script = (name: string): string => resolve(import.meta.dirname, "..", name);

function gate(name: string, result: Partial<GateResult>): Gate {
  const whole = { isGreen: true, lookedAt: "1 files", tally: emptyTally, ...result };
  return { name, run: () => Promise.resolve(whole) };
}

describe("a gate", () => {
  it.each(["check-floors.ts", "check-house.ts"])("%s is red in an empty folder", (name) => {
    const ran = spawnSync(process.execPath, [script(name)], { cwd: plant({}), encoding: "utf8" });
    expect(ran.stderr).toContain("no file was read, so nothing was checked");
    expect(ran.status).toBe(1);
  });

  it("that is red counts as one failure, and a red suite as its failed tests", async () => {
    const lines: string[] = [];
    const failed = ["a > b", "a > c"].map((name) => ({ name, why: [] }));
    const tests = { ...emptyTally, passed: 5, failed };
    const { red, tally } = await runGates(
      [
        gate("format", {}),
        gate("lint", { isGreen: false, lookedAt: "0 files" }),
        gate("fast tests", { isGreen: false, lookedAt: "7 tests", tally: tests }),
      ],
      new AbortController().signal,
      (line) => lines.push(line.replace(/, [\d.]+ s$/, "")),
    );
    expect(lines).toEqual(["ok  format: 1 files", "RED lint: 0 files", "RED fast tests: 7 tests"]);
    expect(red).toEqual(["lint", "fast tests"]);
    expect(tally.passed).toBe(5);
    expect(tally.failed.map(({ name }) => name)).toEqual(["gate lint", "a > b", "a > c"]);
  });
});
