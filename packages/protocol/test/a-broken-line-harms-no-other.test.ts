import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readEvents } from "@aomori/protocol";

const meta = '{"type":"aoi:meta","aoi_version":"0.2"}';
const summary = '{"type":"aoi:summary","ok":true,"count":0}';

/** What comes of a stream whose lines come in one piece: events, and of a malformed line its number. */
async function read(lines: readonly string[]): Promise<unknown[]> {
  const source = async function* (): AsyncGenerator<string> {
    yield `${[meta, ...lines, summary].join("\n")}\n`;
  };
  const items: unknown[] = [];
  for await (const item of readEvents(source(), { malformed: "yield" })) {
    items.push(item instanceof Error ? [item.code, item.details?.["line"]] : item);
  }
  return items.slice(1, -1);
}

/** Every line by itself. */
function expected(lines: readonly string[]): unknown[] {
  return lines.flatMap((line, index) => {
    const broken = ["MALFORMED_LINE", index + 2];
    try {
      const value = JSON.parse(line) as unknown;
      return [Object(value) === value && typeof Object(value).type === "string" ? value : broken];
    } catch {
      return line.trim() === "" ? [] : [broken];
    }
  });
}

it("however well broken lines would fit together", async () => {
  const halves: readonly (readonly string[])[] = [
    ['{"type":"x"', '"b":1}', '{"type":"y"},{"type":"z"}'],
    ['{"type":"x","a":[{}', "{}]}", '{"type":"y"},{"type":"z"}'],
    ['{"type":"x","a":[{}', '{"type":"z"}]}', '{"type":"y"} , {"type":"z"}'],
    ['{"type":"x}', '{y"}', '{"type":"y"},{"type":"z"}'],
    ['{"type":"x","a":{"b":1', '{"c":2}}', '{"type":"y"},{"type":"z"}'],
    ['{"type":"x"}],[{"type":"y"}', '{"type":"z"}'],
    ['{"type":"x"}]', '{"type":"z"}'],
    ['{"type":"x"}', '{"type":"y"},{"type":"z"}', '{"type":"x"}'],
  ];
  for (const lines of halves) expect(await read(lines)).toEqual(expected(lines));
});

it("whatever the lines are", async () => {
  const whole = fc
    .dictionary(fc.constantFrom("a", "b", "__proto__"), fc.jsonValue({ maxDepth: 2 }))
    .map((fields) => JSON.stringify({ type: "row", ...fields }));
  const flat = fc.integer().map((n) => JSON.stringify({ type: "row", n, name: `${n}` }));
  const odd = fc.oneof(
    fc.constantFrom("", " ", "{}", "[]", "null", "1", '{"type":1}', '"row"', ' {"type":"a"}'),
    fc.constantFrom('{"type":"a"},{"type":"b"}', '{"type":"a"', '"b":1}', '{"a":[{}', "{}]}"),
    fc.constantFrom("{", "}", "[", "]", '{"type":"row"}\r'),
  );
  const cut = fc.tuple(whole, fc.nat()).map(([line, at]) => line.slice(0, at % line.length));
  const line = fc.oneof({ weight: 8, arbitrary: flat }, whole, odd, cut);
  const lines = fc.oneof(
    fc.array(flat, { maxLength: 600, size: "max" }),
    fc.array(line, { maxLength: 30 }),
    fc.array(line, { minLength: 250, maxLength: 300 }),
  );
  await fc.assert(
    fc.asyncProperty(lines, async (all) => {
      expect(await read(all)).toEqual(expected(all));
    }),
    { numRuns: 120 },
  );
});
