import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Emitter, EmitterOptions, EventSchema } from "@aomori/protocol";
import { UserError, createEmitter, createRedactor, toWireValue } from "@aomori/protocol";
import { parse } from "./run-tool.ts";
import { identity } from "./test-identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const rowSchema: EventSchema<{ type: "row"; n: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { type, n } = Object(value) as { type: unknown; n: unknown };
      if (type !== "row") return { issues: [{ message: "not row", path: ["type"] }] };
      return typeof n === "number" ? {} : { issues: [{ message: "not a number", path: ["n"] }] };
    },
  },
};

function target(): Pick<EmitterOptions, "identity" | "fd"> {
  return {
    identity,
    fd: openSync(join(folder, "out"), "w"),
  };
}

function open(options: Partial<EmitterOptions> = {}): Emitter<{ type: string; n?: unknown }> {
  return createEmitter({ ...target(), ...options });
}

function written(): Record<string, unknown>[] {
  const text = readFileSync(join(folder, "out"), "utf8");
  return text.split("\n").slice(0, -1).map(parse);
}

const code = (expected: string) => expect.objectContaining({ code: expected, retryable: false });

describe("misuse", () => {
  it("rejects with its code and leaves the stream whole", async () => {
    const emitter = open();
    await expect(emitter.emit({ type: "row" })).rejects.toEqual(code("EVENT_BEFORE_META"));
    await expect(emitter.warning({ message: "x" })).rejects.toEqual(code("EVENT_BEFORE_META"));
    await expect(emitter.summary()).rejects.toEqual(code("EVENT_BEFORE_META"));
    await emitter.meta();
    await expect(emitter.meta()).rejects.toEqual(code("SECOND_META"));
    await expect(emitter.emit({ type: "aoi:check" })).rejects.toEqual(code("RESERVED_TYPE"));
    await emitter.emit({ type: "row", n: 1 });
    await expect(emitter.emit({ type: "row", n: Number.NaN })).rejects.toEqual(
      code("UNSERIALIZABLE_VALUE"),
    );
    await expect(emitter.summary({ count: 7 })).rejects.toEqual(code("RESERVED_FIELD"));
    await emitter.summary();
    await expect(emitter.emit({ type: "row" })).rejects.toEqual(code("EVENT_AFTER_SUMMARY"));
    await expect(emitter.error(new Error("x"))).rejects.toEqual(code("EVENT_AFTER_SUMMARY"));
    await expect(emitter.summary()).rejects.toEqual(code("EVENT_AFTER_SUMMARY"));
    expect(written()).toEqual([
      expect.objectContaining({ type: "aoi:meta" }),
      { type: "row", n: 1 },
      expect.objectContaining({ type: "aoi:summary", ok: true, count: 1 }),
    ]);
  });

  it("refuses an event without a type, and one that a schema does not know", async () => {
    const emitter = createEmitter({ ...target(), events: rowSchema });
    await emitter.meta();
    // @ts-expect-error -- what has no type is no event
    await expect(emitter.emit({ n: 1 })).rejects.toEqual(code("EVENT_WITHOUT_TYPE"));
    // @ts-expect-error -- the schema knows no such type
    await expect(emitter.emit({ type: "hit", n: 1 })).rejects.toEqual(code("EVENT_BREAKS_SCHEMA"));
    // @ts-expect-error -- and n is a number
    await expect(emitter.emit({ type: "row", n: "one" })).rejects.toMatchObject({
      code: "EVENT_BREAKS_SCHEMA",
      message: "an event of type row is not what its schema says: $.n: not a number",
    });
    await emitter.emit({ type: "row", n: 1 });
    await emitter.summary();
    expect(written().map((event) => event["type"])).toEqual(["aoi:meta", "row", "aoi:summary"]);
  });

  it("refuses a summary that calls a failure a success, unless it says partial", async () => {
    const emitter = open();
    await emitter.meta();
    await emitter.error(new UserError("not_found", "NO_SUCH_ROW", "row 7 not found"));
    await expect(emitter.summary({ ok: true })).rejects.toEqual(code("OK_WITH_ERRORS"));
    await emitter.summary({ ok: true, partial: true });
    expect(written().at(-1)).toMatchObject({ ok: true, partial: true, error_count: 1 });
  });

  it("refuses a line over the limit, but always lets an error out", async () => {
    const emitter = open({ maxLineBytes: 4000 });
    await emitter.meta();
    await expect(emitter.emit({ type: "row", n: "é".repeat(3000) })).rejects.toEqual(
      code("LINE_TOO_LONG"),
    );
    await emitter.error(new UserError("io", "BIG", "big", { details: { n: "x".repeat(5000) } }));
    await emitter.summary();
    expect(written()[1]).toMatchObject({ type: "aoi:error", code: "BIG", category: "io" });
    expect(written()).toHaveLength(3);
  });
});

it("counts results only, and every framework event has its shape", async () => {
  const emitter = open();
  await emitter.meta({ args: ["--token", "x"], input_schemas: ["a@1.0.0"] });
  await emitter.emit({ type: "row" });
  await emitter.check({ name: "git", ok: true, severity: "info" });
  await emitter.plan({ action: "delete", path: "/x" });
  await emitter.artifact({ path: "out.txt", bytes: 3 });
  await emitter.warning({ message: "careful" });
  await emitter.progress({ done: 1, total: 2 });
  await emitter.heartbeat(new Date(0));
  const summary = await emitter.summary({ truncated: true, next_cursor: "abc" });
  expect(summary).toMatchObject({ count: 4, warning_count: 1, error_count: 0, ok: true });
  expect(written().map((event) => event["type"])).toEqual([
    "aoi:meta",
    "row",
    "aoi:check",
    "aoi:plan",
    "aoi:artifact",
    "aoi:warning",
    "aoi:progress",
    "aoi:heartbeat",
    "aoi:summary",
  ]);
  expect(written().at(-2)).toEqual({ type: "aoi:heartbeat", at: "1970-01-01T00:00:00.000Z" });
});

it("counts otherwise when told to", async () => {
  const emitter = open({ isResult: () => true });
  await emitter.meta();
  await emitter.emit({ type: "row" });
  await emitter.warning({ message: "careful" });
  expect(await emitter.summary()).toMatchObject({ count: 2, warning_count: 1 });
});

it("ends honestly when its scope is left without a summary", async () => {
  const emitter = open();
  await emitter.meta();
  await emitter.emit({ type: "row" });
  await emitter[Symbol.asyncDispose]();
  expect(written().slice(-2)).toMatchObject([
    { type: "aoi:error", code: "ABANDONED" },
    { type: "aoi:summary", ok: false, partial: true, count: 1 },
  ]);
});

it("writes each event as if it were the first of its type", async () => {
  const field = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "plain",
      'quoted "',
      "\\ud800",
      "x".repeat(300),
      2 ** 60,
      -0,
      1e21,
      null,
      undefined,
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.integer(), { maxLength: 2 }),
  );
  const event = fc.record(
    { type: fc.constantFrom("row", "hit"), n: field, text: field, token: fc.constant("t") },
    { requiredKeys: ["type"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 30 }), async (events) => {
      const emitter = open();
      await emitter.meta();
      for (const each of events) await emitter.emit(each);
      await emitter.summary();
      const lines = readFileSync(join(folder, "out"), "utf8").split("\n").slice(1, -2);
      const alone = events.map((each) => JSON.stringify(toWireValue(each, createRedactor())));
      expect(lines).toEqual(alone);
    }),
    { numRuns: 20 },
  );
});
