import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTallies, closingLines, sumLines } from "../tally.ts";
import type { TallyLine } from "../tally.ts";

const names = fc.array(fc.string({ minLength: 1 }), { maxLength: 4 });
const failures = names.map((list) => list.map((name) => ({ name, why: [] })));

const fileLine: fc.Arbitrary<TallyLine> = fc.record({
  kind: fc.constant("file" as const),
  file: fc.string(),
  passed: fc.nat(50),
  failed: failures,
  skipped: names.map((list) => list.map((name) => ({ name, reason: null }))),
});

const end: TallyLine = { kind: "end", errors: [] };

describe("the count of a run", () => {
  it("is the same whether files are counted in one run or in two", () => {
    fc.assert(
      fc.property(fc.array(fileLine), fc.array(fileLine), (left, right) => {
        const apart = addTallies([sumLines([...left, end]), sumLines([...right, end])]);
        expect(apart).toEqual(sumLines([...left, ...right, end]));
      }),
    );
  });

  it("has one failure more when the run was cut short", () => {
    const line: TallyLine = { kind: "file", file: "a", passed: 3, failed: [], skipped: [] };
    expect(closingLines(sumLines([line]))).toEqual([
      "FAILED:",
      "  the run did not get to its end",
      "3 passed, 1 failed",
    ]);
  });

  it("counts errors outside of tests, and names what was skipped or failed, and why", () => {
    const tally = sumLines([
      {
        kind: "file",
        file: "a",
        passed: 1,
        failed: [{ name: "a > b", why: ["Error: lost", "at a.ts:1:2"] }],
        skipped: [
          { name: "a > c", reason: "needs PostgreSQL" },
          { name: "a > d", reason: null },
        ],
      },
      { kind: "end", errors: [{ name: "an error outside of all tests", why: [] }] },
    ]);
    expect(closingLines(tally)).toEqual([
      "SKIPPED, 2 tests:",
      "  a > c: needs PostgreSQL",
      "  a > d: NO REASON GIVEN",
      "FAILED:",
      "  a > b",
      "    Error: lost",
      "    at a.ts:1:2",
      "  an error outside of all tests",
      "1 passed, 2 failed",
    ]);
  });
});
