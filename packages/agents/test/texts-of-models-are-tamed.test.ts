import * as fc from "fast-check";
import { expect, test } from "vitest";

import { cutMiddle, storedText, summaryLine } from "../src/steps/step-text.ts";

const anyText = fc.string({ unit: "binary", maxLength: 400 });

test("a summary is one short line that moves no terminal", () => {
  expect(summaryLine("a\u001b[31mred\u0007\nnext\u202eline")).toBe("a [31mred next line");
  fc.assert(
    fc.property(anyText, (text) => {
      const line = summaryLine(text);
      expect(line.length).toBeLessThanOrEqual(200);
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});

test("a stored text fits, is whole UTF-8 and holds no NUL", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const stored = storedText(text.repeat(400));
      expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(64 * 1024);
      expect(stored).not.toContain("\0");
      expect(stored.isWellFormed()).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("a cut text keeps its ends and says that something is missing", () => {
  const cut = cutMiddle(`first${"ä".repeat(1000)}last`, 200);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200);
  expect(cut).toMatch(/^first[^]*left out[^]*last$/);
  expect(cut).not.toContain("\ufffd");
});
