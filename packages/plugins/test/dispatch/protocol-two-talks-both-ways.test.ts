import { beforeAll, describe, expect, it } from "vitest";
import { dispatch, inner, runHost, spawnHost } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
});

const coreCommands = [
  { name: "task list", readOnly: true },
  { name: "task many", readOnly: true },
  { name: "task wait", readOnly: true },
  { name: "task fail", readOnly: true },
];

/** A plugin in Node: `say` writes a line, `lines` is what the host says. */
function node(name: string, body: string): void {
  const source = `import { createInterface } from "node:readline";
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
${body}
process.exit();
`;
  installPlugin(plugins, { name, language: "node", source, protocol: 2 });
}

const run = (name: string, options = {}) =>
  dispatch(plugins, name, [], { coreCommands, ...options });
const values = (lines: readonly { readonly [field: string]: unknown }[]): unknown[] =>
  inner(lines).map(({ value, ...line }) => value ?? line);

describe("protocol 2", () => {
  it("begins with a hello of both, and carries the lines of protocol 1", async () => {
    node(
      "greets",
      `say({ type: "hello", protocol: 2 }); say({ type: "notification", greeting: await next() });
      say({ type: "error", level: "warn", fatal: false, message: "m" }); console.log("text");`,
    );
    const { status, lines } = await run("greets");
    expect(status).toBe(0);
    expect(inner(lines)).toMatchObject([
      {
        value: {
          greeting: {
            type: "hello",
            protocol: 2,
            host: "aomori",
            host_version: "1.2.3",
            commands: 256,
          },
        },
      },
      { type: "error", message: "m" },
      { type: "notification", value: "text" },
    ]);
  });

  it("passes progress and log on as they are", async () => {
    const progress = { type: "progress", message: "half", done: 1, total: 2 };
    const log = { type: "log", level: "info", message: "m" };
    node(
      "tells",
      `say({ type: "hello", protocol: 2 }); say(${JSON.stringify(progress)}); say(${JSON.stringify(log)});`,
    );
    expect(inner((await run("tells")).lines)).toEqual([progress, log]);
  });

  it.each([
    ["another version", `say({ type: "hello", protocol: 3 });`, "speaks protocol 3"],
    ["no version", `say({ type: "hello" });`, "speaks protocol undefined"],
    ["another line first", `say({ type: "notification" });`, "did not say hello"],
    ["text first", `console.log("hi");`, "did not say hello"],
    ["credit that is none", `say({ type: "hello", protocol: 2, replies: "x" });`, 'replies "x"'],
  ])("is refused with %s", async (name, body, said) => {
    const plugin = name.replaceAll(" ", "-");
    node(plugin, `${body} setTimeout(() => {}, 60_000); await new Promise(() => {});`);
    const { status, lines } = await run(plugin);
    expect(status).toBe(65);
    expect(inner(lines)).toMatchObject([
      { fatal: true, code: "PROTOCOL_MISMATCH", message: expect.stringContaining(said) },
    ]);
  });

  it("is refused when no hello comes in time", async () => {
    node("silent", `setTimeout(() => {}, 60_000); await new Promise(() => {});`);
    const { status, lines } = await run("silent", { limits: { helloMs: 300 } });
    expect(status).toBe(65);
    expect(inner(lines)).toMatchObject([{ code: "PROTOCOL_MISMATCH" }]);
  });

  it("answers commands by their ids, in argv arrays, to the plugin alone", async () => {
    node(
      "asks",
      `say({ type: "hello", protocol: 2 }); await next();
      say({ type: "command", id: "a", argv: ["task", "list", "a b", "$(x)", ""] });
      say({ type: "command", id: "b", argv: ["task", "fail"] });
      const heard = {}; let open = 2;
      while (open > 0) {
        const { type, id, ...line } = await next();
        (heard[id] ??= []).push(type === "reply" ? line.value : line);
        if (type === "command_complete") open -= 1; else say({ type: "credit", replies: 1 });
      }
      say({ type: "notification", heard });`,
    );
    const { status, lines } = await run("asks");
    expect(status).toBe(0);
    expect(inner(lines)).toMatchObject([
      {
        type: "notification",
        value: {
          heard: {
            a: [
              { type: "aoi:meta" },
              { type: "task", args: ["a b", "$(x)", ""] },
              { type: "aoi:summary", ok: true },
              { exit_code: 0 },
            ],
            b: [
              { type: "aoi:meta" },
              { type: "task" },
              { type: "aoi:summary", ok: false },
              { exit_code: 3 },
            ],
          },
        },
      },
    ]);
  });

  it("tells the plugin too why a command was refused", async () => {
    node(
      "refused",
      `say({ type: "hello", protocol: 2 }); await next();
      say({ type: "command", id: "x", argv: ["config", "set", "a", "b"] });
      say({ type: "notification", heard: await next() });`,
    );
    const { status, lines } = await run("refused");
    expect(status).toBe(0);
    expect(inner(lines)).toMatchObject([
      { type: "error", code: "COMMAND_NOT_ALLOWED" },
      {
        value: {
          heard: {
            type: "command_complete",
            id: "x",
            exit_code: 77,
            error: { code: "COMMAND_NOT_ALLOWED" },
          },
        },
      },
    ]);
  });

  it("refuses an id that is still under way", async () => {
    node(
      "twice",
      `say({ type: "hello", protocol: 2 }); await next();
      say({ type: "command", id: "x", argv: ["task", "wait", "60000"] });
      say({ type: "command", id: "x", argv: ["task", "list"] });
      say({ type: "notification", heard: await next() });`,
    );
    const { lines } = await run("twice");
    expect(inner(lines)[0]).toMatchObject({
      code: "COMMAND_NOT_ALLOWED",
      message: expect.stringContaining('"x" is still under way'),
    });
  });

  it("sends no reply without credit", async () => {
    node(
      "stingy",
      `say({ type: "hello", protocol: 2, replies: 2 }); await next();
      say({ type: "command", id: "m", argv: ["task", "many", "5"] });
      const first = [(await next()).type, (await next()).type];
      const quiet = await Promise.race([next(), new Promise((resolve) => setTimeout(resolve, 700, "quiet"))]);
      say({ type: "notification", first, quiet });`,
    );
    const { lines } = await run("stingy");
    expect(values(lines)).toEqual([{ first: ["reply", "reply"], quiet: "quiet" }]);
  });

  it("cancels a command", async () => {
    node(
      "cancels",
      `say({ type: "hello", protocol: 2 }); await next();
      say({ type: "command", id: "w", argv: ["task", "wait", "60000"] });
      let line = await next();
      if (line.type === "reply") { say({ type: "cancel", id: "w" }); line = await next(); }
      say({ type: "notification", line });`,
    );
    const { lines } = await run("cancels");
    expect(values(lines)).toMatchObject([
      { line: { type: "command_complete", id: "w", exit_code: 143 } },
    ]);
  });

  it("is told to stop before it is stopped", async () => {
    node(
      "obeys",
      `say({ type: "hello", protocol: 2 }); await next(); say({ type: "notification", ready: true });
      say({ type: "notification", heard: await next() });`,
    );
    const host = spawnHost({ plugins }, ["obeys"]);
    let text = "";
    host.stdout?.on("data", (chunk) => {
      const wasReady = text.includes("ready");
      text += String(chunk);
      if (!wasReady && text.includes("ready")) host.kill("SIGINT");
    });
    const status = await new Promise((resolve) => host.once("close", resolve));
    expect(text).toContain('{"type":"notification","value":{"heard":{"type":"cancel"}}}');
    expect(status).toBe(130);
  });

  it("works in Python with nothing but its library", async () => {
    const source = `import json, sys
def say(**line): print(json.dumps(line), flush=True)
say(type="hello", protocol=2)
hello = json.loads(sys.stdin.readline())
say(type="command", id="1", argv=["task", "list"])
for text in sys.stdin:
    line = json.loads(text)
    if line["type"] == "command_complete":
        say(type="notification", status=line["exit_code"])
        break
    say(type="credit", replies=1)
`;
    installPlugin(plugins, { name: "snake", language: "python", source, protocol: 2 });
    const { status, text } = await runHost({ plugins }, ["snake"]);
    expect(status).toBe(0);
    expect(text).toContain('{"type":"notification","value":{"status": 0}}');
  });
});
