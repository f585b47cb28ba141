import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identity, program } from "../../../../examples/notes/program.ts";
import { events, inProcess } from "../run-shelf.ts";
import { SessionClient } from "../session-client.ts";

type Fields = Record<string, unknown>;

const entry = fileURLToPath(new URL("../../../../examples/notes/notes.ts", import.meta.url));
const nodeArgs = ["--conditions=aomori-source", entry];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "notes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A notebook of its own, and commands run on it inside this process. */
function desk(name: string) {
  const env = { NOTES_FILE: join(folder, `${name}.json`) };
  const run = (argv: readonly string[], input = "") =>
    inProcess(program, argv, { identity, env, input });
  const jsonl = async (argv: readonly string[], input = "") => {
    const { status, stdout } = await run([...argv, "--format", "jsonl"], input);
    return { status, events: events(stdout) };
  };
  return { env, run, jsonl };
}

const meta = {
  type: "aoi:meta",
  tool: "notes",
  tool_version: "1",
  aoi_version: "0.2",
  schema_name: identity.schemaName,
  schema_version: "1.2.0",
  command: "note list",
};
const two: readonly Fields[] = [
  meta,
  { type: "note", id: "note_7", text: "seven" },
  { type: "aoi:warning", message: "the reader knows only notes", code: "OTHERS_LEFT_OUT" },
  { type: "picture", id: "pic_1" },
  { type: "note", id: "note_8", text: "eight", tag: "home" },
  { type: "aoi:summary", ok: true, count: 3 },
];
const lines = (all: readonly Fields[]) => all.map((event) => `${JSON.stringify(event)}\n`).join("");

interface Example {
  readonly name: string;
  readonly params: Fields;
  readonly argv: readonly string[];
}

const reads = { argv: ["--input-jsonl", "-"], params: { input_events: two } };

/** Every command, in success and in failure, in an order that makes sense. */
const examples: readonly Example[] = [
  ...["one", "two", "three"].map((text) => ({
    name: "note add",
    params: { text, tag: "home" },
    argv: [text, "--tag", "home"],
  })),
  { name: "note add", params: { text: "four", dry_run: true }, argv: ["four", "--dry-run"] },
  {
    name: "note add",
    params: { text: "four", idempotency_key: "k" },
    argv: ["four", "--idempotency-key", "k"],
  },
  {
    name: "note add",
    params: { text: "five", idempotency_key: "k" },
    argv: ["five", "--idempotency-key", "k"],
  },
  { name: "note add", params: { text: "six", tag: "UP" }, argv: ["six", "--tag", "UP"] },
  { name: "note list", params: { limit: 2, tag: "home" }, argv: ["--limit", "2", "--tag", "home"] },
  { name: "note list", params: { cursor: "note_2" }, argv: ["--cursor", "note_2"] },
  { name: "note list", params: { cursor: "nonsense" }, argv: ["--cursor", "nonsense"] },
  { name: "note remove", params: { id: "note_1" }, argv: ["note_1"] },
  { name: "note remove", params: { id: "note_1", dry_run: true }, argv: ["note_1", "--dry-run"] },
  { name: "note remove", params: { id: "note_1", yes: true }, argv: ["note_1", "--yes"] },
  { name: "note remove", params: { id: "note_1", yes: true }, argv: ["note_1", "--yes"] },
  { name: "note tag", params: { tag: "work", ...reads.params }, argv: ["work", ...reads.argv] },
  { name: "note tag", params: { tag: "work" }, argv: ["work"] },
  {
    name: "note import",
    params: { dry_run: true, ...reads.params },
    argv: ["--dry-run", ...reads.argv],
  },
  { name: "note import", params: reads.params, argv: reads.argv },
  { name: "doctor", params: {}, argv: [] },
  { name: "capabilities", params: {}, argv: [] },
  { name: "schema", params: {}, argv: [] },
  { name: "completion", params: { shell: "zsh" }, argv: ["zsh"] },
];

/** Without what differs between any two runs: times, signs of life, the notebook's path. */
const steady = (all: readonly Fields[]) =>
  all
    .filter(({ type }) => type !== "aoi:heartbeat")
    .map(({ elapsed_ms: _elapsed, at: _at, detail: _detail, ...rest }) => rest);

describe("the example program of another project", () => {
  it("has an example here of every command", async () => {
    const { stdout } = await desk("none").run(["capabilities", "--output", "json"]);
    const { commands } = JSON.parse(stdout) as { commands: { name: string }[] };
    const names = new Set(examples.map(({ name }) => name));
    expect(new Set(commands.map(({ name }) => name))).toEqual(names);
  });

  it("gives the same events in a batch run and in a session, for every command", async () => {
    const batch = desk("batch");
    const session = desk("session");
    const client = new SessionClient(process.execPath, [...nodeArgs, "--mode", "session"], {
      ...process.env,
      ...session.env,
    });
    await client.initialize();
    for (const { name, params, argv } of examples) {
      const ran = await batch.jsonl([...name.split(" "), ...argv], lines(two));
      const { id, answer } = client.start(name, params);
      const { result, error } = await answer;
      const summary = (result ?? error?.data["summary"]) as Fields;
      expect(steady([...client.events(id), summary])).toEqual(steady(ran.events));
    }
    expect(await client.end()).toBe(0);
    const kept = await session.run(["note", "list", "--format", "json"]);
    expect(kept.stdout).toBe((await batch.run(["note", "list", "--format", "json"])).stdout);
    expect(JSON.parse(kept.stdout)).toHaveLength(5);
  });

  it("writes only events that its schema and its capabilities name", async () => {
    const { run, jsonl } = desk("schema");
    const { commands } = JSON.parse((await run(["capabilities"])).stdout) as {
      commands: { name: string; event_types: string[]; input_schema: object }[];
    };
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = new Map<string, ValidateFunction>();
    const schemaOf = async (name: string): Promise<ValidateFunction> => {
      const known = schemas.get(name);
      if (known !== undefined) return known;
      const schema = JSON.parse((await run(["schema", "--command", name])).stdout) as object;
      expect(ajv.validateSchema(schema)).toBe(true);
      const compiled = ajv.compile(schema);
      schemas.set(name, compiled);
      return compiled;
    };
    for (const { name, params, argv } of examples) {
      const isEvent = await schemaOf(name);
      const capability = commands.find((command) => command.name === name);
      const isInput = ajv.compile(capability?.input_schema ?? false);
      const { events: all } = await jsonl([...name.split(" "), ...argv], lines(two));
      for (const event of all) {
        expect({ event, fits: isEvent(event), errors: isEvent.errors }).toMatchObject({
          fits: true,
        });
        expect(capability?.event_types).toContain(event["type"]);
      }
      const isComplete = name !== "note tag" || "input_events" in params;
      expect({ params, fits: isInput(params) }).toEqual({ params, fits: isComplete });
    }
    const isEvent = await schemaOf("note list");
    expect(isEvent({ type: "note", id: "note_1" })).toBe(false);
    expect(isEvent({ type: "aoi:summary", ok: "yes", count: 1 })).toBe(false);
  });

  it("says what it is without a home, an environment or the network, and writes nothing", () => {
    const noNetwork =
      'data:text/javascript,import net from "node:net";net.Socket.prototype.connect=()=>process.reallyExit(99)';
    for (const document of ["capabilities", "schema"]) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", noNetwork, ...nodeArgs, document, "--output", "json"],
        { cwd: folder, env: {}, encoding: "utf8" },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toBeTypeOf("object");
    }
  });

  it("is a pipeline of source, transformer and sink", async () => {
    const { jsonl } = desk("pipeline");
    await jsonl(["note", "import", "--input-jsonl", "-"], lines(two));
    const listed = await jsonl(["note", "list"]);
    const tagged = await jsonl(["note", "tag", "old", "--input-jsonl", "-"], lines(listed.events));
    expect(tagged.events[0]).toMatchObject({ input_schemas: ["org.example.notes.events@1.0.0"] });
    expect(tagged.events.at(-1)).toMatchObject({ ok: true, count: 2, input_count: 2 });
    const sunk = await jsonl(["note", "import", "--input-jsonl", "-"], lines(tagged.events));
    expect(sunk.events.slice(1, -1)).toMatchObject([
      { type: "audit", action: "add", target: "note_1" },
      { type: "audit", action: "add", target: "note_2" },
    ]);
    const old = await jsonl(["note", "list", "--tag", "old"]);
    expect(old.events.at(-1)).toMatchObject({ count: 2 });
  });

  it.each([
    [
      "a line that is no event",
      [...two.slice(0, 2), "{nonsense", ...two.slice(2)],
      "INPUT_JSONL_PARSE_ERROR",
      65,
      2,
    ],
    ["a stream that was cut off", two.slice(0, -1), "UPSTREAM_NO_SUMMARY", 74, 2],
    [
      "a failure without a reason",
      [...two.slice(0, -1), { type: "aoi:summary", ok: false, count: 3 }],
      "UPSTREAM_FAILED",
      1,
      2,
    ],
    [
      "another schema",
      [{ ...meta, schema_name: "org.example.other" }, ...two.slice(1)],
      "INPUT_SCHEMA_MISMATCH",
      65,
      0,
    ],
    ["no meta", two.slice(1), "INPUT_WITHOUT_META", 65, 0],
  ])("fails after %s", async (_name, input, code, status, count) => {
    const { jsonl } = desk("upstream");
    const text = input
      .map((line) => (typeof line === "string" ? `${line}\n` : lines([line])))
      .join("");
    const ran = await jsonl(["note", "tag", "home", "--input-jsonl", "-"], text);
    expect(ran.events.filter(({ type }) => type === "aoi:error")).toMatchObject([{ code }]);
    expect(ran.events.at(-1)).toMatchObject({ ok: false, count });
    expect(ran.status).toBe(status);
  });

  it("has pages that concatenate to the whole, whatever their size", async () => {
    const { env, jsonl } = desk("pages");
    const sizes = { total: fc.nat({ max: 23 }), limit: fc.integer({ min: 1, max: 25 }) };
    const property = fc.asyncProperty(fc.record(sizes), async ({ total, limit }) => {
      const ids = Array.from({ length: total }, (_, index) => `note_${index + 1}`);
      const notes = ids.map((id) => ({ id, text: id }));
      writeFileSync(env.NOTES_FILE, JSON.stringify({ last: total, notes, keys: {} }));
      const found: unknown[] = [];
      let cursor: string | undefined;
      do {
        const more = cursor === undefined ? [] : ["--cursor", cursor];
        const { events: page } = await jsonl(["note", "list", "--limit", `${limit}`, ...more]);
        const results = page.filter(({ type }) => type === "note");
        expect(results.length).toBeLessThanOrEqual(limit);
        found.push(...results.map(({ id }) => id));
        const { next_cursor: next, truncated } = page.at(-1) ?? {};
        expect(truncated).toBe(next !== undefined);
        cursor = typeof next === "string" ? next : undefined;
      } while (cursor !== undefined);
      expect(found).toEqual(ids);
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it("checks what it needs", async () => {
    const { jsonl, run } = desk("doctor");
    const { events: all, status } = await jsonl(["doctor"]);
    expect(all[1]).toMatchObject({ type: "aoi:check", name: "notebook", ok: true });
    expect(status).toBe(0);
    const broken = await inProcess(program, ["doctor", "--format", "table"], {
      identity,
      env: { NOTES_FILE: entry },
    });
    expect(broken.status).toBe(1);
    expect(broken.stdout).toContain("fail  notebook");
    expect((await run(["doctor", "--help"])).stdout).toContain("Check what this program needs");
  });

  it("serves its commands to an MCP client", async () => {
    const { env } = desk("mcp");
    const client = new Client({ name: "test", version: "1" });
    const server = { command: process.execPath, args: [...nodeArgs, "mcp"], env };
    await client.connect(new StdioClientTransport({ ...server, stderr: "pipe" }));
    // Having listed the tools, the client holds every answer to their output schemas.
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "note_list",
      "note_add",
      "note_remove",
      "note_tag",
      "note_import",
      "doctor",
    ]);
    const call = async (name: string, args: Fields) =>
      await client.callTool({ name, arguments: args });
    await call("note_add", { text: "one" });
    const imported = await call("note_import", {
      input_events: [{ type: "note", id: "x", text: "two" }],
    });
    expect(imported.structuredContent).toMatchObject({
      events: [{ type: "audit", action: "add", target: "x" }],
      summary: { ok: true, input_count: 1 },
    });
    expect((await call("note_list", {})).structuredContent).toMatchObject({
      events: [{ text: "one" }, { text: "two" }],
      truncated: false,
    });
    expect(await call("note_remove", { id: "note_1" })).toMatchObject({ isError: true });
    expect(await call("note_remove", { id: "note_1", yes: true })).toMatchObject({
      isError: false,
    });
    expect(await call("doctor", {})).toMatchObject({ isError: false });
    await client.close();
  });
});
