import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DomainEvent, Emitter } from "@aomori/protocol";
import { RetryableError, UserError, createEmitter } from "@aomori/protocol";
import type { AuditEvent, TransformerOptions } from "@aomori/protocol/roles";
import { openInput, runSink, runSource, runTransformer } from "@aomori/protocol/roles";
import { parse } from "./run-tool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function emitterInto<Event extends DomainEvent>(file: string): Emitter<Event> {
  return createEmitter<Event>({
    identity: {
      tool: "stage",
      toolVersion: "1.0.0",
      schemaName: "dev.aomori.test.stage",
      schemaVersion: "1.0.0",
      command: "run",
    },
    fd: openSync(join(folder, file), "w"),
  });
}

function written(file: string): Record<string, unknown>[] {
  return readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1).map(parse);
}

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const meta = (version = "1.2.0", name = "com.example.rows"): string =>
  line({ type: "aoi:meta", aoi_version: "0.2", schema_name: name, schema_version: version });
const row = (n: number): string => line({ type: "row", n });
const ended = (fields: object = {}): string =>
  line({ type: "aoi:summary", ok: true, count: 2, ...fields });
type Row = { type: "row"; n: number };
type Doubled = { type: "doubled"; n: number };

async function transform(
  input: string[],
  options: Partial<TransformerOptions<Doubled>> = {},
): Promise<Record<string, unknown>[]> {
  await runTransformer<Doubled>({
    emitter: emitterInto("out"),
    input: Readable.from(input),
    inputSchemas: ["com.example.rows@1.0.0"],
    transform: (event) =>
      event.type === "row" ? { type: "doubled", n: Number(event["n"]) * 2 } : undefined,
    ...options,
  });
  return written("out");
}

describe("a source", () => {
  it("emits its events and says when there are more", async () => {
    const events = [1, 2, 3].map((n) => ({ type: "row", n }) as const);
    const cursorAfter = ({ n }: Row): string => `after-${n}`;
    await runSource({ emitter: emitterInto<Row>("all"), events, limit: 3, cursorAfter });
    expect(written("all").at(-1)).toMatchObject({ ok: true, count: 3, truncated: false });
    const args = ["--limit", "2", "--token", "abc"];
    await runSource({ emitter: emitterInto<Row>("page"), events, limit: 2, cursorAfter, args });
    expect(written("page")[0]).toMatchObject({ args: ["--limit", "2", "--token", "[redacted]"] });
    expect(written("page").at(-1)).toMatchObject({
      ok: true,
      count: 2,
      truncated: true,
      next_cursor: "after-2",
    });
  });

  it("that fails says so, and a bug travels up", async () => {
    async function* failing() {
      yield { type: "row" };
      throw new RetryableError("temporary", "BUSY", "busy");
    }
    await runSource({ emitter: emitterInto("busy"), events: failing() });
    expect(written("busy").slice(-2)).toMatchObject([
      { type: "aoi:error", code: "BUSY", retryable: true },
      { type: "aoi:summary", ok: false, partial: true, count: 1 },
    ]);
    async function* broken() {
      yield { type: "row" };
      throw new TypeError("bug");
    }
    const running = runSource({ emitter: emitterInto("bug"), events: broken() });
    await expect(running).rejects.toThrow("bug");
  });
});

describe("a transformer", () => {
  it("declares what it reads, counts it, and keeps its order", async () => {
    const unknown = line({ type: "later", x: 1 });
    const out = await transform([meta(), row(1), unknown, row(2), ended({ count: 3 })], {
      concurrency: 4,
    });
    expect(out).toMatchObject([
      { type: "aoi:meta", input_schemas: ["com.example.rows@1.0.0"] },
      { type: "doubled", n: 2 },
      { type: "doubled", n: 4 },
      { type: "aoi:summary", ok: true, count: 2, input_count: 3 },
    ]);
  });

  it("reads the older names too", async () => {
    const legacy = [meta(), row(1), ended({ count: 1 })].map((text) => text.replace("aoi:", ""));
    expect((await transform(legacy)).at(-1)).toMatchObject({ ok: true, count: 1, input_count: 1 });
  });

  it("passes warnings and errors on, and does not call the whole a success", async () => {
    const warning = line({ type: "aoi:warning", message: "old index" });
    const error = line({
      type: "aoi:error",
      code: "GONE",
      category: "not_found",
      message: "row 7",
      retryable: false,
    });
    const nameless = line({ type: "aoi:error", category: "odd" });
    const out = await transform([
      meta(),
      warning,
      row(1),
      error,
      nameless,
      ended({ ok: false, count: 1 }),
    ]);
    expect(out.slice(1)).toMatchObject([
      { type: "aoi:warning", message: "old index" },
      { type: "doubled", n: 2 },
      { type: "aoi:error", code: "GONE", category: "not_found" },
      { type: "aoi:error", code: "UPSTREAM_ERROR", category: "internal", retryable: false },
      { type: "aoi:summary", ok: false, error_count: 2, warning_count: 1, input_count: 1 },
    ]);
  });

  it("goes on after a malformed line, and says where it was", async () => {
    const out = await transform([meta(), row(1), "oops\n", row(2), ended()]);
    expect(out.slice(1)).toMatchObject([
      { type: "doubled" },
      { code: "INPUT_JSONL_PARSE_ERROR", category: "validation", details: { line: 3 } },
      { type: "doubled" },
      { type: "aoi:summary", ok: false, partial: true, count: 2, input_count: 2 },
    ]);
  });

  it.each([
    ["an end without summary", [meta(), row(1)], "UPSTREAM_NO_SUMMARY", "io"],
    ["nothing at all", [], "UPSTREAM_NO_SUMMARY", "io"],
    [
      "a failure without an error",
      [meta(), ended({ ok: false, count: 0 })],
      "UPSTREAM_FAILED",
      "partial",
    ],
    [
      "another schema",
      [meta("1.0.0", "com.other"), row(1), ended()],
      "INPUT_SCHEMA_MISMATCH",
      "validation",
    ],
    [
      "another major version",
      [meta("2.0.0"), row(1), ended()],
      "INPUT_SCHEMA_VERSION",
      "validation",
    ],
    ["no meta", [row(1), ended({ count: 1 })], "INPUT_WITHOUT_META", "validation"],
  ])("does not call %s a success", async (name, input, code, category) => {
    const options = name === "nothing at all" ? { inputSchemas: [] } : {};
    const out = await transform(input, options);
    expect(out.at(-2)).toMatchObject({ type: "aoi:error", code, category });
    expect(out.at(-1)).toMatchObject({ type: "aoi:summary", ok: false });
  });

  it("warns when the input counts otherwise than it is read", async () => {
    const out = await transform([meta(), row(1), ended({ count: 3 })]);
    expect(out.slice(-2)).toMatchObject([
      { type: "aoi:warning", code: "UPSTREAM_COUNT_DIFFERS" },
      { type: "aoi:summary", ok: true, warning_count: 1 },
    ]);
  });

  it("tells an event it cannot transform, and goes on with the others", async () => {
    const out = await transform([meta(), row(1), row(2), ended()], {
      transform: (event) => {
        if (event["n"] === 1) throw new UserError("validation", "ODD", "1 is odd");
        return [
          { type: "doubled", n: 0 },
          { type: "doubled", n: 1 },
        ];
      },
    });
    expect(out.slice(1)).toMatchObject([
      { type: "aoi:error", code: "ODD" },
      { type: "doubled", n: 0 },
      { type: "doubled", n: 1 },
      { type: "aoi:summary", ok: false, count: 2, error_count: 1 },
    ]);
  });

  it("stops honestly when it is cancelled while its input is silent", async () => {
    const silent = new Readable({ read: () => {} });
    silent.push(meta());
    silent.push(row(1));
    const stop = new AbortController();
    const out = await transform([], {
      input: silent,
      signal: stop.signal,
      transform: () => {
        setImmediate(() => stop.abort(new UserError("cancelled", "INTERRUPTED", "stopped")));
        return undefined;
      },
    });
    expect(out.slice(-2)).toMatchObject([
      { type: "aoi:error", code: "INTERRUPTED", category: "cancelled" },
      { type: "aoi:summary", ok: false, partial: true, input_count: 1 },
    ]);
  });
});

describe("a sink", () => {
  const apply = async (dryRun: boolean): Promise<string[]> => {
    const made: string[] = [];
    await runSink({
      emitter: emitterInto<AuditEvent>("out"),
      input: Readable.from([meta(), row(1), row(2), ended()]),
      dryRun,
      apply: async (event, audit) => {
        const target = `row-${String(event["n"])}`;
        await audit({ action: "delete", target }, () => {
          if (target === "row-2") throw new UserError("conflict", "LOCKED", "row 2 is locked");
          made.push(target);
        });
      },
    });
    return made;
  };

  it("tells every side effect it made, and none that it did not", async () => {
    expect(await apply(false)).toEqual(["row-1"]);
    expect(written("out").slice(1)).toMatchObject([
      {
        type: "audit",
        action: "delete",
        target: "row-1",
        at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      { type: "aoi:error", code: "LOCKED" },
      { type: "aoi:summary", ok: false, count: 1, input_count: 2 },
    ]);
  });

  it("only plans on a dry run", async () => {
    expect(await apply(true)).toEqual([]);
    expect(written("out").slice(1)).toMatchObject([
      { type: "aoi:plan", action: "delete", target: "row-1" },
      { type: "aoi:plan", action: "delete", target: "row-2" },
      { type: "aoi:summary", ok: true, count: 2 },
    ]);
  });
});

it("opens standard input for a dash, and a file for a path", async () => {
  const path = join(folder, "in.jsonl");
  writeFileSync(path, meta());
  const stdin = Readable.from(["x"]);
  expect(await openInput("-", stdin)).toBe(stdin);
  let text = "";
  for await (const chunk of await openInput(path, stdin)) text += String(chunk);
  expect(text).toBe(meta());
  await expect(openInput(join(folder, "none"), stdin)).rejects.toMatchObject({
    code: "INPUT_NOT_FOUND",
  });
});
