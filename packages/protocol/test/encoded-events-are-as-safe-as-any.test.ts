import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Emitter, EmitterOptions, EncodedEvents } from "@aomori/protocol";
import { createEmitter, createRedactor } from "@aomori/protocol";
import { parse } from "./run-tool.ts";
import { identity } from "./test-identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function open(options: Partial<EmitterOptions> = {}): Promise<Emitter> {
  const emitter = createEmitter({
    identity,
    fd: openSync(join(folder, "out"), "w"),
    ...options,
  });
  await emitter.meta();
  return emitter;
}

function encoded(...events: readonly Record<string, unknown>[]): EncodedEvents {
  const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const fieldNames = [...new Set(events.flatMap((event) => Object.keys(event)))];
  return { type: "row", fieldNames, lines, count: events.length };
}

const written = (): string => readFileSync(join(folder, "out"), "utf8");
const rows = (): unknown[] =>
  written()
    .split("\n")
    .filter((line) => line.startsWith('{"type":"row"'))
    .map(parse);

it("keeps their place and their count, however many they are", async () => {
  const emitter = await open();
  const row = (n: number) => ({ type: "row", n, text: "ä".repeat(300) });
  const all = Array.from({ length: 3000 }, (_, n) => row(n));
  await emitter.emit(row(-1));
  const events = encoded(...all);
  const done = emitter.emitEncoded(events);
  // The bytes are the caller's again.
  Buffer.from(events.lines.buffer).fill(0);
  await done;
  await emitter.emit(row(3000));
  const summary = await emitter.summary();
  expect(rows()).toEqual([row(-1), ...all, row(3000)]);
  expect(summary).toMatchObject({ ok: true, count: 3002 });
});

it("hides a registered secret, and what a field's name makes one", async () => {
  const emitter = await open({ redactor: createRedactor({ secrets: ["hunter2"] }) });
  await emitter.emitEncoded(encoded({ type: "row", path: "/a/hunter2/b" }));
  await emitter.summary();
  expect(rows()).toEqual([{ type: "row", path: "/a/[redacted]/b" }]);

  const other = await open();
  await other.emitEncoded(encoded({ type: "row", api_key: "abcdef" }));
  await other.summary();
  expect(rows()).toEqual([{ type: "row", api_key: "[redacted]" }]);
});

it("refuses what emit refuses", async () => {
  const code = (expected: string) => expect.objectContaining({ code: expected });
  const emitter = await open({ maxLineBytes: 1000 });
  const reserved = { ...encoded({ type: "aoi:check" }), type: "aoi:check" };
  await expect(emitter.emitEncoded(reserved)).rejects.toEqual(code("RESERVED_TYPE"));
  const long = encoded({ type: "row", text: "x".repeat(1000) });
  await expect(emitter.emitEncoded(long)).rejects.toEqual(code("LINE_TOO_LONG"));
  const summary = await emitter.summary();
  expect(summary.count).toBe(0);
  await expect(emitter.emitEncoded(long)).rejects.toEqual(code("EVENT_AFTER_SUMMARY"));
});
