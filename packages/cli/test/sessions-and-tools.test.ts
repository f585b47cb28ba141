import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SessionClient } from "../../command/test/session-client.ts";
import { Desk } from "./run-here.ts";

type Fields = Record<string, unknown>;

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
const nodeArgs = ["--conditions=aomori-source", bin];
let desk: Desk;
let home: string;

beforeEach(() => {
  desk = new Desk();
  home = mkdtempSync(join(tmpdir(), "aomori-session-"));
});
afterEach(() => {
  desk[Symbol.dispose]();
  rmSync(home, { recursive: true, force: true });
});

const environment = () => ({
  PATH: process.env["PATH"] ?? "",
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
  HOME: home,
  AOMORI_HOME: home,
});

/** Commands that need no server, in success and in failure. */
const requests: readonly [string, Fields, readonly string[]][] = [
  ["config set", { key: "model", value: "a/b" }, ["model", "a/b"]],
  ["config set", { key: "modell", value: "a/b" }, ["modell", "a/b"]],
  ["config set", { key: "model", value: "c/d", dry_run: true }, ["model", "c/d", "--dry-run"]],
  ["config unset", { key: "model" }, ["model"]],
  ["config show", {}, []],
  ["server status", {}, []],
  ["server logs", { lines: 5 }, ["--lines", "5"]],
  ["uninstall", {}, []],
  ["uninstall", { dry_run: true }, ["--dry-run"]],
  ["doctor", {}, []],
  ["logout", {}, []],
  ["openapi", {}, []],
  ["schema", { command: "task show" }, ["--command", "task show"]],
];

/** Without times, signs of life, free space, and with the home of either run under one name. */
function steady(events: readonly Fields[], folder: string): unknown {
  const kept = events
    .filter(({ type }) => type !== "aoi:heartbeat")
    .map(({ elapsed_ms: _elapsed, ...rest }) => rest);
  const text = JSON.stringify(kept).replaceAll(folder, "HOME");
  return JSON.parse(text.replaceAll(/[0-9.]+ GiB/g, "some GiB"));
}

test("a session gives the events of batch runs", async () => {
  const client = new SessionClient(
    process.execPath,
    [...nodeArgs, "--mode", "session"],
    environment(),
  );
  expect((await client.initialize()).result).toMatchObject({ tool: "aomori" });
  for (const [name, params, argv] of requests) {
    const { stdout } = await desk.run([...name.split(" "), ...argv, "--format", "jsonl"]);
    const batch = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Fields);
    const { id, answer } = client.start(name, params);
    const { result, error } = await answer;
    const session = [...client.events(id), (result ?? error?.data["summary"]) as Fields];
    expect(steady(session, home), name).toEqual(steady(batch, desk.home));
  }
  expect(await client.end()).toBe(0);
});

test("an MCP client finds every command as a tool and calls some", async () => {
  const client = new Client({ name: "test", version: "1" });
  const server = { command: process.execPath, args: [...nodeArgs, "mcp"], env: environment() };
  await client.connect(new StdioClientTransport({ ...server, stderr: "pipe" }));
  const { tools } = await client.listTools();
  const { commands } = (await desk.json(["capabilities"])) as { commands: { name: string }[] };
  const names = new Set(tools.map(({ title }) => title));
  const missing = commands.map(({ name }) => name).filter((name) => !names.has(name));
  expect(missing).toEqual(["capabilities", "schema", "completion"]);
  const hints = new Map(tools.map(({ name, annotations }) => [name, annotations]));
  expect(hints.get("task_list")).toMatchObject({ readOnlyHint: true, destructiveHint: false });
  expect(hints.get("uninstall")).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  const call = (name: string, args: Fields) => client.callTool({ name, arguments: args });
  expect(await call("server_status", {})).toMatchObject({
    isError: false,
    structuredContent: { events: [{ type: "server", status: "stopped" }], truncated: false },
  });
  expect(await call("uninstall", {})).toMatchObject({
    isError: true,
    structuredContent: { events: [{ code: "CONFIRMATION_REQUIRED" }] },
  });
  expect((await call("doctor", {})).structuredContent).toMatchObject({ summary: { ok: true } });
  await client.close();
});
