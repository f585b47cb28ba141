import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../src/registry/canonical-json.ts";

test("numbers, texts and members are written as RFC 8785 §3.2 has them", () => {
  const value: unknown = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test("members are ordered by UTF-16 code units, not by code points", () => {
  const names = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  const order: unknown = Object.keys(JSON.parse(text.replaceAll('"1"', '"one"')));
  expect(order).toEqual(["\r", "one", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"]);
});

test("the order of members changes nothing, and the text is the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(JSON.stringify(value).isWellFormed());
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(backwards(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("what JSON cannot carry is refused", () => {
  for (const value of [Number.NaN, Infinity, undefined, 1n, "\ud800", { "\udc00": 1 }, [() => 1]]) {
    expect(() => canonicalJson(value)).toThrow(/no canonical JSON/);
  }
});

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, backwards(member)] as const);
  return Object.fromEntries(members.toReversed());
}
