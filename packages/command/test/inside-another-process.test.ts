import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CommandContext } from "@aomori/command";
import { runProgram } from "@aomori/command";
import { program } from "./fixtures/program.ts";
import { contextIn } from "./run-shelf.ts";

let folder: string;
let context: CommandContext;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shelf-"));
  context = { ...contextIn(folder), heartbeatMs: 20 };
});
afterEach(() => rmSync(folder, { recursive: true }));

const printed = () => readFileSync(join(folder, "out"), "utf8").trim().split("\n");

it("a command leaves the process as it was", async () => {
  const listeners = () => ["SIGINT", "SIGTERM", "exit"].map((name) => process.listenerCount(name));
  const before = listeners();
  expect(await runProgram(program, ["item", "show", "ITM-1", "--format", "jsonl"], context)).toBe(
    0,
  );
  expect(await runProgram(program, ["item", "show", "ITM-9", "--json"], context)).toBe(66);
  expect(listeners()).toEqual(before);
});

it("a stream with nothing to say gives signs of life, which are no results", async () => {
  const argv = ["item", "mute", "--timeout", "150ms", "--format", "jsonl"];
  expect(await runProgram(program, argv, context)).toBe(124);
  const events = printed().map((line) => JSON.parse(line) as Record<string, unknown>);
  const beats = events.filter((event) => event["type"] === "aoi:heartbeat");
  expect(beats.length).toBeGreaterThan(1);
  expect(Date.parse(String(beats[0]?.["at"]))).not.toBeNaN();
  expect(events.at(-1)).toMatchObject({ ok: false, partial: true, count: 0 });
});
