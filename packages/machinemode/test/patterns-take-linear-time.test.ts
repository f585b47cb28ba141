import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePattern } from "../src/pattern/linear-pattern.ts";

const atom = fc.constantFrom(
  "a",
  "b",
  "[ab]",
  "[^a]",
  ".",
  "\\d",
  "\\w",
  "a|b",
  "(?:ab)",
  "(?:a|ba)",
);
const repeat = fc.constantFrom("", "*", "+", "?", "{1,2}", "{2}", "*?", "+?", "??");
const patterns = fc
  .array(fc.tuple(atom, repeat), { maxLength: 6 })
  .map((parts) =>
    parts.map(([part, times]) => (times === "" ? part : `(?:${part})${times}`)).join(""),
  );

test("a pattern matches what JavaScript's engine matches, with the same captures", () => {
  fc.assert(
    fc.property(
      patterns,
      patterns,
      fc.stringMatching(/^[ab0\n]{0,12}$/),
      fc.boolean(),
      (first, second, input, anchored) => {
        const source = anchored
          ? `^(?<x>${first})(?<y>${second})$`
          : `(?<x>${first})(?<y>${second})`;
        const expected = new RegExp(source).exec(input);
        expect(compilePattern(source).match(input)).toEqual(
          expected === null ? undefined : { ...expected.groups },
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("a pattern that hangs a backtracking engine answers", () => {
  const pattern = compilePattern("^(?:a+)+(?:a|aa)+b$");
  expect(pattern.test("a".repeat(5000))).toBe(false);
  expect(pattern.test(`${"a".repeat(5000)}b`)).toBe(true);
});

test.each([
  "(?=a)",
  "(?<!a)b",
  "\\1",
  "a**",
  "[",
  "(",
  ")",
  "a{2",
  "a{5,2}",
  "(?<x>a)+",
  "*a",
  "\\q",
])("refuses %s with its place", (source) => {
  expect(() => compilePattern(source)).toThrow(SyntaxError);
});
