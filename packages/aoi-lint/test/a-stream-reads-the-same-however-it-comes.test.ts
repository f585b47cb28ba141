import fc from "fast-check";
import { expect, test } from "vitest";
import { inspectJson } from "../src/runner/json-lexer.ts";
import type { Stream } from "../src/runner/stream.ts";
import { StreamScanner } from "../src/runner/stream-scanner.ts";

function scan(bytes: Buffer, cuts: readonly number[]): Omit<Stream, "ofKind"> {
  const scanner = new StreamScanner();
  let start = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    const end = Math.min(cut, bytes.length);
    scanner.push(bytes.subarray(start, end), 0);
    start = end;
  }
  scanner.push(bytes.subarray(start), 0);
  const { ofKind: _ofKind, ...stream } = scanner.finish(0);
  return stream;
}

const line = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    '{"type":"aoi:meta"}',
    '{"type":"hit","a":1}',
    '{"type":"aoi:summary"}',
    "\r",
    "",
  ),
);

test("the pieces it comes in change nothing", () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(400)), fc.boolean(), (lines, cuts, closes) => {
      const bytes = Buffer.from(lines.join("\n") + (closes ? "\n" : ""));
      expect(scan(bytes, cuts)).toEqual(scan(bytes, []));
    }),
  );
});

test("offsets and lines add up to the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      const lines = texts.map((text) => `${JSON.stringify({ type: "hit", text })}\n`);
      const stream = scan(Buffer.from(lines.join("")), []);
      expect(stream.eventCount).toBe(lines.length);
      expect(stream.problems).toEqual([]);
      expect(stream.events.map((event) => event.offset)).toEqual(
        lines.map((_, index) => Buffer.byteLength(lines.slice(0, index).join(""))),
      );
    }),
  );
});

test("compact JSON is told from spaced, without a false duplicate or unsafe integer", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(inspectJson(JSON.stringify(value))).toMatchObject({
        isCompact: true,
        duplicateKeys: [],
      });
      const spaced = JSON.stringify(value, null, 1);
      expect(inspectJson(spaced).isCompact).toBe(spaced === JSON.stringify(value));
    }),
  );
  expect(inspectJson('{"a":{"a":1},"b":[{"a":1}],"a":2}').duplicateKeys).toEqual(['"a"']);
  expect(inspectJson("[9007199254740992,9007199254740991,-9007199254740993]")).toMatchObject({
    unsafeIntegers: ["9007199254740992", "-9007199254740993"],
  });
});
