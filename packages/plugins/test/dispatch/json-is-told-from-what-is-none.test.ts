import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterSpace, afterValue } from "../../src/dispatch/lines/json-value.ts";
import { LineShape } from "../../src/dispatch/lines/line-shape.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As a line of JSON: the value and nothing but white space around it. */
function isValid(text: string): boolean {
  const bytes = Buffer.from(`${text}\n`);
  const end = afterValue(bytes, afterSpace(bytes, 0));
  return end !== -1 && afterSpace(bytes, end) === bytes.length - 1;
}

const valid = [
  "0",
  "-0",
  "1.5",
  "-1.5e10",
  "1E+2",
  "1e-2",
  "123456789012345678901234567890",
  "1e999",
  '""',
  '"a"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  '"é\u{1f600}\u2028"',
  "true",
  "false",
  "null",
  "[]",
  "[ ]",
  "{}",
  "{ }",
  "[[]]",
  "[1,2]",
  '{"a":1,"a":2}',
  '{"":{}}',
  ' \t{ "a" : [ 1 , {"b":null} ] } \r',
  "[[],[[]],{}]",
  '{"a":{"b":{"c":[]}}}',
  "[\u007f]".replace("\u007f", '"\u007f"'),
  `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
  `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
  `${'[{"a":'.repeat(1000)}[]${"}]".repeat(1000)}`,
];
const invalid = [
  "",
  " ",
  "+1",
  "01",
  "-",
  "1.",
  ".5",
  "1e",
  "1e+",
  "0x1",
  "NaN",
  "Infinity",
  "nul",
  "nulll",
  "True",
  "tru",
  "fals",
  '"',
  '"a',
  "'a'",
  '"\t"',
  '"\u0000"',
  '"\u001f"',
  '"\\x"',
  '"\\u12"',
  '"\\u12g4"',
  '"\\',
  '"a"b',
  "[",
  "]",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[1 2]",
  "{",
  "}",
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  "{a:1}",
  "{1:2}",
  '{"a" 1}',
  '{"a":1 "b":2}',
  "[}",
  "{]",
  '[{"a":1]}',
  "[1]]",
  "{}{}",
  "1 2",
  "// c",
  "[1]//",
  "\ufeff1",
  "\u00a01",
  "\u000b1",
  "\f1",
  "[1,\u00a02]",
  `${"[".repeat(1000)}${"]".repeat(999)}}`,
  `${"[".repeat(100)}{${"]".repeat(100)}`,
];

describe("a line is JSON exactly when JSON.parse says so:", () => {
  it.each(valid)("%s is", (text) => {
    expect([isValid(text), isJson(text)]).toEqual([true, true]);
  });

  it.each(invalid)("%s is not", (text) => {
    expect([isValid(text), isJson(text)]).toEqual([false, false]);
  });

  it("whatever value", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.constantFrom(undefined, "\t"),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent).replaceAll("\n", " ");
          expect(isValid(text)).toBe(true);
        },
      ),
    );
  });

  it("whatever text that looks like it", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      '"type"',
      "\\",
      "\\u00e9",
      "\\n",
      "1",
      "-",
      "0",
      ".",
      "e",
      "E+",
      "true",
      "null",
      " ",
      "\t",
      "\r",
      "é",
      "\u0001",
      "x",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = parts.join("");
        expect(isValid(text)).toBe(isJson(text));
      }),
      { numRuns: 6000 },
    );
  });

  it("a valid text with one byte changed", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.integer({ min: 0x20, max: 0x7e }),
        (value, at, byte) => {
          const bytes = Buffer.from(JSON.stringify(value));
          bytes[at % bytes.length] = byte;
          const text = bytes.toString();
          fc.pre(!text.includes("\ufffd"));
          expect(isValid(text)).toBe(isJson(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** The members beside the type, read back from the positions. */
function membersOf(line: string): unknown {
  const bytes = Buffer.from(`${line}\n`);
  const shape = new LineShape();
  shape.read(bytes, 0);
  expect(shape.kind).toBe("notification");
  expect(shape.next).toBe(bytes.length);
  const text =
    bytes.toString("utf8", shape.start, shape.cutStart) +
    bytes.toString("utf8", shape.cutEnd, shape.end);
  return JSON.parse(`{${text}}`);
}

describe("the type is cut out", () => {
  it("wherever it stands, and the others stay as they are", () => {
    const member = fc.tuple(
      fc.string().filter((name) => name !== "type" && name !== "__proto__"),
      fc.jsonValue(),
    );
    const space = fc.constantFrom("", " ", "\t ");
    fc.assert(
      fc.property(fc.array(member, { maxLength: 5 }), fc.nat(), space, (members, at, blank) => {
        const type: [string, string] = ["type", "notification"];
        const all = members.toSpliced(at % (members.length + 1), 0, type);
        const texts = all.map(
          ([name, value]) =>
            `${blank}${JSON.stringify(name)}${blank}:${blank}${JSON.stringify(value)}`,
        );
        const line = `{${texts.join(`${blank},`)}${blank}}`;
        const { type: _type, ...others } = JSON.parse(line);
        expect(membersOf(line)).toEqual(others);
      }),
    );
  });
});
