import type { ClientOptions } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterEach, describe, expect, it } from "vitest";
import { nodeArgs, shelf } from "../run-shelf.ts";
import { SessionClient } from "../session-client.ts";

interface Structured {
  readonly events: readonly Record<string, unknown>[];
  readonly summary: Record<string, unknown>;
  readonly truncated: boolean;
  readonly next_cursor?: string;
}

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** The official client, with the program as its server. */
async function connect(
  flags: readonly string[] = [],
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, options);
  clients.push(client);
  const args = [...nodeArgs, "mcp", ...flags];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, stderr: "pipe" }),
  );
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args });
  const [text] = result.content;
  const structured = result.structuredContent as Structured;
  expect(text).toEqual({ type: "text", text: JSON.stringify(structured) });
  return { isError: result.isError, ...structured };
}

describe.each([
  ["with the handshake", {}],
  ["of 2026-07-28", { versionNegotiation: { mode: { pin: "2026-07-28" } } }],
] satisfies [string, ClientOptions][])("an MCP client %s", (_name, options) => {
  it("finds every command as a tool, with what it may be trusted to do", async () => {
    const client = await connect([], options);
    expect(client.getServerVersion()).toMatchObject({ name: "shelf", version: "1.2.3" });
    const { tools } = await client.listTools();
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    expect(byName.get("item_show")).toMatchObject({
      title: "item show",
      description: "Show an item.",
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
      inputSchema: { properties: { id: { type: "string" } }, required: ["id"] },
      outputSchema: { required: ["events", "summary", "truncated"] },
    });
    expect(byName.get("item_delete")).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      inputSchema: { properties: { yes: { type: "boolean" }, dry_run: { type: "boolean" } } },
    });
    expect([...byName.keys()]).not.toContain("mcp");
  });

  it("gets the events and the summary of a batch run", async () => {
    const client = await connect([], options);
    const found = await call(client, "item_show", { id: "ITM-1" });
    expect(found).toMatchObject({
      isError: false,
      truncated: false,
      summary: { ok: true, count: 1 },
    });
    const { stdout } = await shelf("item", "show", "ITM-1", "--json");
    expect(found.events).toEqual([{ type: "item", ...(JSON.parse(stdout) as object) }]);
    const missing = await call(client, "item_show", { id: "ITM-9" });
    expect(missing).toMatchObject({ isError: true, summary: { ok: false, error_count: 1 } });
    expect(missing.events).toMatchObject([{ type: "aoi:error", code: "ITEM_NOT_FOUND" }]);
  });
});

it("says which revisions it speaks to a client of another", async () => {
  const client = new SessionClient(process.execPath, [...nodeArgs, "mcp"]);
  const asked = { "io.modelcontextprotocol/protocolVersion": "2031-01-01" };
  expect((await client.request("tools/list", { _meta: asked })).error).toMatchObject({
    code: -32_022,
    data: { supported: ["2026-07-28"], requested: "2031-01-01" },
  });
  const old = await client.request("initialize", { protocolVersion: "2019-01-01" });
  expect(old.result).toMatchObject({ protocolVersion: "2025-11-25" });
  expect(await client.end()).toBe(0);
});

describe("a call", () => {
  it("destroys nothing without an explicit yes", async () => {
    const client = await connect();
    const refused = await call(client, "item_delete", { id: "ITM-1" });
    expect(refused).toMatchObject({ isError: true, events: [{ code: "CONFIRMATION_REQUIRED" }] });
    const planned = await call(client, "item_delete", { id: "ITM-1", dry_run: true });
    expect(planned.events).toEqual([{ type: "aoi:plan", action: "delete", target: "ITM-1" }]);
    expect(await call(client, "item_delete", { id: "ITM-1", yes: true })).toMatchObject({
      isError: false,
      events: [{ type: "item", id: "ITM-1" }],
    });
  });

  it("with input that does not fit says which, and an unknown tool is an error of the protocol", async () => {
    const client = await connect();
    const wrong = await call(client, "item_show", { idd: "ITM-1" });
    expect(wrong).toMatchObject({ isError: true, events: [{ code: "UNKNOWN_FIELD" }] });
    await expect(client.callTool({ name: "item_shw", arguments: {} })).rejects.toThrow("item_shw");
  });

  it("answers with no more than fits, and goes on behind it to the last result", async () => {
    const client = await connect(["--max-events", "2"]);
    const first = await call(client, "item_list");
    expect(first.events.map((event) => event["id"])).toEqual(["ITM-1", "ITM-2"]);
    expect(first.truncated).toBe(true);
    const second = await call(client, "item_list", { cursor: first.next_cursor });
    expect(second.events.map((event) => event["id"])).toEqual(["ITM-3"]);
    // Then the command's own next page.
    expect(second).toMatchObject({ truncated: true, next_cursor: "2" });
    const third = await call(client, "item_list", { cursor: second.next_cursor });
    expect(third.events.map((event) => event["id"])).toEqual(["ITM-1", "ITM-2"]);
    const last = await call(client, "item_list", { cursor: third.next_cursor });
    expect(last.events.map((event) => event["id"])).toEqual(["ITM-3"]);
    expect(last.truncated).toBe(false);
    expect(last).not.toHaveProperty("next_cursor");
  });

  it("of a stream without end returns when its answer is full", async () => {
    const client = await connect(["--max-events", "5"]);
    const watched = await call(client, "item_watch");
    expect(watched.events).toHaveLength(5);
    expect(watched).toMatchObject({ isError: false, truncated: true, summary: { count: 5 } });
    expect(watched).not.toHaveProperty("next_cursor");
  });

  it("names a result that is too large for any answer", async () => {
    const client = await connect(["--max-bytes", "100"]);
    const { events, summary } = await call(client, "item_wide");
    expect(events).toEqual([{ type: "item", omitted_bytes: expect.any(Number) as number }]);
    expect(summary).toMatchObject({ ok: true, count: 1 });
  });

  it("tells how it goes to a client that asks", async () => {
    const client = await connect();
    const expected = [
      { progress: 1, total: 3, message: "apple" },
      { progress: 2, message: "half way" },
      { progress: 3, total: 3, message: "cheese" },
    ];
    let told: unknown[] = [];
    const ask = () =>
      client.callTool(
        { name: "item_pack", arguments: {} },
        { onprogress: (progress) => told.push(progress) },
      );
    let result = await ask();
    // The client drops notifications that it reads in one piece with the answer, as it may when it is kept waiting.
    for (let attempts = 1; told.length < expected.length && attempts < 10; attempts += 1) {
      told = [];
      result = await ask();
    }
    expect(told).toEqual(expected);
    expect((result.structuredContent as Structured).events).toEqual([
      { type: "phase.advanced", summary: "half way" },
      { type: "item.packed", n: 3 },
    ]);
  });

  it("stops when the client cancels it", async () => {
    const client = await connect(["--max-events", "100000"]);
    const stop = new AbortController();
    const watched = client.callTool({ name: "item_watch", arguments: {} }, { signal: stop.signal });
    setImmediate(() => stop.abort("enough"));
    await expect(watched).rejects.toThrow();
    expect(await call(client, "item_show", { id: "ITM-2" })).toMatchObject({ isError: false });
  });

  it("can be one that changes nothing, and no other", async () => {
    const client = await connect(["--read-only"]);
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names).toContain("item_list");
    expect(names).not.toContain("item_delete");
    await expect(client.callTool({ name: "item_delete", arguments: {} })).rejects.toThrow();
  });
});
