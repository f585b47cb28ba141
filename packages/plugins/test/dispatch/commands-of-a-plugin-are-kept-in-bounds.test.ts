import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { dispatch, inner } from "./dispatching.ts";
import type { Line } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
  const source = 'while IFS= read -r line; do printf "%s\\n" "$line"; done <"$1"\n';
  const asks = { language: "sh", source } as const;
  installPlugin(plugins, { name: "asks", ...asks });
  installPlugin(plugins, {
    name: "declares",
    ...asks,
    commands: ["task create", "note *", "asks", "plugins *", "config show", "*"],
  });
});

const coreCommands = [
  { name: "task list", readOnly: true },
  { name: "task many", readOnly: true },
  { name: "task wait", readOnly: true },
  { name: "task fail", readOnly: true },
  { name: "task create", readOnly: false },
  { name: "note add", readOnly: false },
  { name: "config show", readOnly: true },
  { name: "plugins list", readOnly: true },
  { name: "policy", readOnly: true },
  { name: "login", readOnly: true },
];

const asking = (...commands: readonly string[]): string => {
  const file = join(newFolder(), "commands");
  const lines = commands.map((command) => JSON.stringify({ type: "command", command }));
  writeFileSync(
    file,
    `${lines.map((line) => `${line}\n`).join("")}{"type":"notification","after":true}\n`,
  );
  return file;
};

const ofCommand = (lines: readonly Line[], id: string): unknown[] =>
  lines.filter((line) => line["command_id"] === id).map((line) => line["value"]);

describe("a command", () => {
  it("runs without a shell, and its lines are notifications that name it", async () => {
    const file = asking("task list  --a   $(id) ;rm 'x y'");
    const { status, lines } = await dispatch(plugins, "asks", [file], { coreCommands });
    expect(status).toBe(0);
    expect(ofCommand(lines, "1")).toMatchObject([
      { type: "aoi:meta", tool: "host" },
      { type: "task", verb: "list", args: ["--a", "$(id)", ";rm", "'x", "y'"] },
      { type: "aoi:summary", ok: true },
      { type: "command_complete", exit_code: 0 },
    ]);
    expect(lines.at(-1)).toEqual({ type: "end" });
  });

  it("that fails tells its status, and the run goes on", async () => {
    const file = asking("task fail");
    const { status, lines } = await dispatch(plugins, "asks", [file], { coreCommands });
    expect(status).toBe(0);
    expect(ofCommand(lines, "1").at(-1)).toEqual({ type: "command_complete", exit_code: 3 });
  });

  it("that is a plugin has its begin and end inside values: the run's own end is the only one", async () => {
    const { lines } = await dispatch(plugins, "declares", [asking(`asks ${asking()}`)], {
      coreCommands,
    });
    expect(ofCommand(lines, "1")).toEqual([
      { type: "begin" },
      { type: "notification", value: { after: true } },
      { type: "end" },
      { type: "command_complete", exit_code: 0 },
    ]);
    expect(lines.filter(({ type }) => type === "end")).toHaveLength(1);
    expect(lines.at(-1)).toEqual({ type: "end" });
  });

  it.each([
    ["asks", "task create x", "changes something"],
    ["asks", "nothing here", "no command of the host"],
    ["asks", "--format json task list", "no command of the host"],
    ["asks", "task", "no command of the host"],
    ["asks", "   ", "it is empty"],
    ["asks", "config show", "no plugin may run config"],
    ["asks", "login", "no plugin may run login"],
    ["asks", "policy", "no plugin may run policy"],
    ["asks", "PLUGINS list", "no plugin may run PLUGINS"],
    ["declares", "plugins list", "no plugin may run plugins"],
    ["declares", "config show", "no plugin may run config"],
    ["declares", "logout", "no plugin may run logout"],
    ["declares", "task list", "does not declare task list"],
    ["declares", "weather", "does not declare weather"],
  ])("of %s: %j is refused and told, and the plugin goes on", async (name, command, reason) => {
    const { status, lines } = await dispatch(plugins, name, [asking(command)], { coreCommands });
    expect(status).toBe(0);
    expect(inner(lines)).toEqual([
      expect.objectContaining({
        type: "error",
        level: "error",
        fatal: false,
        code: "COMMAND_NOT_ALLOWED",
        message: expect.stringContaining(reason),
      }),
      { type: "notification", value: { after: true } },
    ]);
  });

  it.each(["task create", "note add"])("that the manifest declares is run: %s", async (command) => {
    const { lines } = await dispatch(plugins, "declares", [asking(command)], { coreCommands });
    expect(ofCommand(lines, "1").at(-1)).toMatchObject({ type: "command_complete" });
  });
});

describe("limits", () => {
  it("so many run at once, the others wait, and every one runs", async () => {
    const file = asking(...Array.from({ length: 6 }, () => "task wait 300"));
    const limits = { concurrentCommands: 2, queuedCommands: 1 };
    const startedAtMs = performance.now();
    const { status, lines } = await dispatch(plugins, "asks", [file], { coreCommands, limits });
    expect(status).toBe(0);
    expect(performance.now() - startedAtMs).toBeGreaterThan(900);
    for (const id of ["1", "2", "3", "4", "5", "6"]) {
      expect(ofCommand(lines, id).at(-1)).toEqual({ type: "command_complete", exit_code: 0 });
    }
  });

  it("a plugin that asks for more than a run may is stopped", async () => {
    const file = asking(...Array.from({ length: 5 }, () => "task list"));
    const { status, lines } = await dispatch(plugins, "asks", [file], {
      coreCommands,
      limits: { commands: 3 },
    });
    expect(status).toBe(75);
    expect(inner(lines).at(-1)).toMatchObject({ fatal: true, code: "PLUGIN_COMMAND_LIMIT" });
  });

  it("nothing of the count is left behind", () => {
    const names = readdirSync(join(plugins, ".runs"));
    expect(names.filter((name) => !name.endsWith(".jsonl"))).toEqual([]);
  });
});

it("what a command says is recorded with its run", async () => {
  await dispatch(plugins, "asks", [asking("task list")], { coreCommands });
  const [latest] = readdirSync(join(plugins, ".runs")).sort().reverse();
  const record = readFileSync(join(plugins, ".runs", String(latest)), "utf8");
  expect(existsSync(join(plugins, ".runs"))).toBe(true);
  expect(record).toContain('"command_id":"1"');
  expect(record).toContain('"commands":1');
});
