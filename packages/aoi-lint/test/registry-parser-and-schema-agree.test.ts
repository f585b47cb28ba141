import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { entrySchema } from "../src/registry/entry-schema.ts";
import { parseEntry } from "../src/registry/parse-entry.ts";
import { entryOf } from "./registry-entries-on-hand.ts";

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(entrySchema());

function isParsed(value: unknown): boolean {
  try {
    parseEntry(JSON.stringify(value), "it");
    return true;
  } catch {
    return false;
  }
}

/** Values of every kind, each in the place of each field, and each field gone or joined by another. */
function* disturbed(value: unknown): Generator<unknown, void> {
  yield* [null, 7, -1, 1.5, true, "", "x", "0.1", "x".repeat(501), [], {}, [1], ["x"], { x: 1 }];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const other of disturbed(item)) yield value.with(index, other);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  yield { ...value, extra: 1 };
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _gone, ...rest } = value as Record<string, unknown>;
    yield rest;
    for (const other of disturbed(member)) yield { ...value, [name]: other };
  }
}

test("the printed schema accepts an entry", () => {
  expect(validate(entryOf()), JSON.stringify(validate.errors)).toBe(true);
  expect(isParsed(entryOf())).toBe(true);
});

test("what the schema refuses the parser refuses, and the other way round", () => {
  let refused = 0;
  let count = 0;
  for (const value of disturbed(entryOf())) {
    count += 1;
    const isValid = validate(value);
    if (!isValid) refused += 1;
    expect(isParsed(value), `${JSON.stringify(value)} ${JSON.stringify(validate.errors)}`).toBe(
      isValid,
    );
  }
  expect(count).toBeGreaterThan(400);
  expect(refused).toBeLessThan(count);
});

test("a refusal names the file and the field", () => {
  const entry = { ...entryOf(), homepage: "weather.example.org" };
  expect(() => parseEntry(JSON.stringify(entry), "here.json")).toThrow(
    /here\.json .*\/homepage is "weather\.example\.org"/,
  );
  expect(() => parseEntry("{", "here.json")).toThrow(/here\.json is no registry entry/);
});
