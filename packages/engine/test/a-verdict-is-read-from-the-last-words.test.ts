import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseVerdict } from "../src/planning/verdict.ts";

test.each([
  ['{"verdict":"pass","reasons":[]}', "pass", []],
  ['{"verdict":"fail","reasons":["a test is missing"]}', "fail", ["a test is missing"]],
  [
    'All good.\n```json\n{"verdict": "pass", "reasons": ["ran the tests"]}\n```\n',
    "pass",
    ["ran the tests"],
  ],
  [
    'I would say {"verdict":"pass"} but no: {"verdict":"fail","reasons":["x {y} \\"z\\""]}',
    "fail",
    ['x {y} "z"'],
  ],
  ['{"verdict":"rejected","reasons":"one reason"}', "fail", ["one reason"]],
  ['{"verdict":"accepted","reasons":[1,"",null,"ok"]}', "pass", ["ok"]],
  [
    'Look: {"verdict":"fail","reasons":[{"verdict":"pass"}]} so',
    "fail",
    [expect.stringContaining("without giving a reason")],
  ],
])("%s", (text, verdict, reasons) => {
  expect(parseVerdict(text)).toEqual({ verdict, reasons, readable: true });
});

test.each([
  "",
  "looks fine, pass",
  '{"verdict":"maybe"}',
  '{"verdict":true}',
  '["pass"]',
  '{"verdict":"pass"',
])("%s approves nothing", (text) => {
  expect(parseVerdict(text)).toMatchObject({ verdict: "fail", readable: false });
  expect(parseVerdict(text).reasons.length).toBe(1);
});

test("a verdict is found after any prose and any number of braces", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 300 }),
      fc.constantFrom("pass", "fail"),
      (prose, verdict) => {
        const text = `${prose}\n${"{".repeat(500)}\n{"verdict":"${verdict}","reasons":["because"]}`;
        expect(parseVerdict(text)).toMatchObject({ verdict, readable: true });
      },
    ),
  );
});
