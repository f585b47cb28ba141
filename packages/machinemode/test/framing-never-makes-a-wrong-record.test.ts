import fc from "fast-check";
import { expect, test } from "vitest";
import { readValue } from "../src/declarative/field-value.ts";
import { parseExactJson } from "../src/exact-json.ts";
import { separatedFrames } from "../src/framing/frames.ts";
import { jsonItems } from "../src/framing/json-items.ts";
import { NamedLines } from "../src/text/named-lines.ts";
import { Transfers } from "../src/web/transfers.ts";

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collected<Value>(batches: AsyncIterable<readonly Value[]>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

test("items of a JSON document are the same however it is cut, and wherever the array lies", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      async (items, around, size, pretty) => {
        const document = { ...around, 'k"ey\\ü': { items } };
        const bytes = Buffer.from(JSON.stringify(document, null, pretty ? 2 : 0));
        const found = await collected(
          jsonItems(inPieces(bytes, size), {
            path: ['k"ey\\ü', "items"],
            orWhole: false,
            maxItemBytes: 1 << 20,
          }),
        );
        expect(found).toEqual(parseExactJson(JSON.stringify(items)));
      },
    ),
  );
});

test("a document without the array is one item, one that is cut short or no JSON an error", async () => {
  const read = (text: string, path: readonly string[] = ["items"]): Promise<unknown[]> =>
    collected(
      jsonItems(inPieces(Buffer.from(text), 3), { path, orWhole: true, maxItemBytes: 100 }),
    );
  expect(await read('{"a":{"items":[1]}}')).toEqual([{ a: { items: [1] } }]);
  expect(await read('{"items":[12345678901234567890]}')).toEqual([12345678901234567890n]);
  expect(await read("")).toEqual([]);
  for (const text of ['{"items":[1,2', "[1]]", "[1] x", "no", '{"items":[}]']) {
    await expect(read(text, text.startsWith("[") ? [] : ["items"])).rejects.toMatchObject({
      code: "OUTPUT_NOT_JSON",
    });
  }
  await expect(read(`{"items":["${"x".repeat(200)}"]}`)).rejects.toMatchObject({
    code: "ITEM_TOO_LONG",
  });
});

test("frames are the same however the bytes are cut; long ones are told, not kept", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-c]{0,9}$/)),
      fc.integer({ min: 1, max: 8 }),
      async (parts, size) => {
        const bytes = Buffer.from(parts.map((part) => `${part}\0`).join(""));
        const frames = await collected(
          separatedFrames(inPieces(bytes, size), { separator: "\0", maxFrameBytes: 6 }),
        );
        expect(frames.map(({ problem }) => problem)).toEqual(
          parts.map((part) => (part.length > 6 ? "too_long" : undefined)),
        );
        expect(
          frames.filter(({ problem }) => problem === undefined).map(({ bytes: frame }) => frame),
        ).toEqual(parts.filter((part) => part.length <= 6));
      },
    ),
  );
});

test("a NUL frame without its end is no record", async () => {
  const frames = await collected(
    separatedFrames(inPieces(Buffer.from("a\0b"), 9), { separator: "\0", maxFrameBytes: 9 }),
  );
  expect(frames).toEqual([{ bytes: "a" }, { bytes: "b", problem: "unterminated" }]);
});

test("names with newlines and lines with NULs are told apart, however they are cut", () => {
  const output = "a\nb\x001:x\x00y\nc\x002:\n";
  for (let size = 1; size <= output.length; size += 1) {
    const lines = new NamedLines(true);
    const found = [];
    for (let at = 0; at < output.length; at += size)
      found.push(...lines.add(output.slice(at, at + size)));
    expect(found).toEqual([
      { name: "a\nb", line: "1:x\0y" },
      { name: "c", line: "2:" },
    ]);
    expect(lines.end()).toBeUndefined();
  }
});

test("bodies are cut out between boundaries, however they come", () => {
  const output = "body\n--B{}--B[]--Bsecond--B1--B2--B";
  for (let size = 1; size <= output.length; size += 1) {
    const transfers = new Transfers("--B");
    const found = [];
    for (let at = 0; at < output.length; at += size)
      found.push(...transfers.add(output.slice(at, at + size)));
    expect(found).toEqual([
      { body: "body\n", bodyLength: 5, facts: "{}", headers: "[]" },
      { body: "second", bodyLength: 6, facts: "1", headers: "2" },
    ]);
    expect(transfers.end()).toBeUndefined();
  }
});

test.each([
  ["42", "int", 42],
  ["12345678901234567890", "int", 12345678901234567890n],
  ["1.5K", "size", 1536],
  ["3G", "size", 3 * 2 ** 30],
  ["1700000000.123456789", "epoch", "2023-11-14T22:13:20.123456789Z"],
  ["-1", "epoch", "1969-12-31T23:59:59Z"],
  ["1700000000123456", "epoch_us", "2023-11-14T22:13:20.123456Z"],
  ["2024-02-29 12:00:00 +02:00", "time", "2024-02-29T10:00:00.000Z"],
  ["755", "mode", "0755"],
  ["Yes", "bool", true],
] as const)("%s as %s", (text, type, value) => {
  expect(readValue(text, type)).toEqual(value);
});

test.each([
  ["4x", "int"],
  ["", "int"],
  ["lots", "size"],
  ["yesterday", "time"],
  ["2024-01-01 00:00", "time"],
  ["9", "mode"],
  ["maybe", "bool"],
  ["{", "json"],
] as const)("%j is no %s", (text, type) => {
  expect(() => readValue(text, type)).toThrow();
});
