import { describe, expect, it } from "vitest";
import type { CommandModule, CommandSpec, Program } from "@aomori/command";
import { completionScript } from "@aomori/command";
import { events, inProcess } from "./run-shelf.ts";

const base = {
  positionals: [],
  flags: [],
  examples: [],
  effects: { readOnly: true },
  result: "resource",
  eventType: "run",
  errors: [],
} as const;

const wrap: CommandSpec = {
  ...base,
  name: "wrap",
  isProgram: true,
  summary: "Run a tool and tell what it was given",
  positionals: [
    { name: "tool", field: "tool", type: "string", required: true },
    { name: "args", field: "args", type: "string", verbatim: true },
  ],
  flags: [{ name: "fields", field: "fields", type: "string", valueName: "names" }],
};
const adapters: CommandSpec = { ...base, name: "adapters list", summary: "List the adapters" };

const modules: readonly CommandModule[] = [
  { spec: wrap, handler: { run: ({ input, flags }) => ({ ...input, limit: flags.timeoutMs }) } },
  { spec: adapters, handler: { run: () => ({ adapters: [] }) } },
];
const program: Program = {
  commands: modules.map(({ spec: { name, summary, isProgram = false } }) => ({
    name,
    summary,
    isProgram,
  })),
  load: async (name) => {
    const found = modules.find(({ spec }) => spec.name === name);
    if (found === undefined) throw new Error(`no module ${name}`);
    return found;
  },
  loadSpecs: async () => modules.map(({ spec }) => spec),
};

const run = (...argv: string[]) => inProcess(program, argv);
const answer = async (...argv: string[]) => JSON.parse((await run(...argv)).stdout) as unknown;

describe("a program that is one command", () => {
  it("takes its own flags before the first operand, and everything behind it verbatim", async () => {
    expect(await answer("--fields", "a,b", "git", "log", "--fields", "x", "-o", "jsonl")).toEqual({
      fields: "a,b",
      tool: "git",
      args: ["log", "--fields", "x", "-o", "jsonl"],
    });
    expect(await answer("--timeout", "5s", "ls", "--", "-la", "--help")).toEqual({
      tool: "ls",
      args: ["--", "-la", "--help"],
      limit: 5000,
    });
  });

  it("takes everything behind its own -- verbatim", async () => {
    expect(await answer("--", "ls", "-la")).toEqual({ tool: "ls", args: ["-la"] });
    expect(await answer("--", "adapters", "list")).toEqual({ tool: "adapters", args: ["list"] });
    expect(await answer("--", "--odd", "--")).toEqual({ tool: "--odd", args: ["--"] });
  });

  it("answers in the format its own flags ask for, not the tool's", async () => {
    const { stdout, status } = await run("--output", "jsonl", "ls", "--output", "json");
    const [meta, result, summary] = events(stdout);
    expect(status).toBe(0);
    expect(meta).toMatchObject({ type: "aoi:meta", tool: "shelf", command: "wrap" });
    expect(result).toMatchObject({ type: "run", tool: "ls", args: ["--output", "json"] });
    expect(summary).toMatchObject({ ok: true, count: 1 });
    const failed = await run("--bogus", "ls", "--format", "jsonl");
    expect(failed.status).toBe(64);
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: "UNKNOWN_FLAG" } });
  });

  it("keeps a few first words for itself", async () => {
    expect(await answer("adapters", "list")).toEqual({ adapters: [] });
    expect(await answer("--format", "json", "capabilities")).toMatchObject({
      commands: [
        { name: "wrap", is_program: true, positionals: [{ name: "tool" }, { verbatim: true }] },
        { name: "adapters list" },
        { name: "capabilities" },
        { name: "schema" },
        { name: "completion" },
      ],
    });
    expect((await run("adapters", "lst")).stdout).toContain("UNKNOWN_COMMAND");
  });

  it("without an operand says what is missing, and shows its help when asked", async () => {
    const { status, stdout } = await run("--output", "jsonl");
    expect(status).toBe(64);
    expect(events(stdout).at(-2)).toMatchObject({ code: "MISSING_ARGUMENT" });
    const help = (await run("--help")).stdout;
    expect(help).toContain("Usage\n  shelf [flags] [--] <tool> [<args>...]\n");
    expect(help).toContain("Commands\n  adapters list");
    expect(help).toContain("--fields <names>");
    expect((await run("--version")).stdout).toBe("shelf 1.2.3\n");
  });

  it("serves sessions, unless it has a mode of its own", async () => {
    expect(await run("--mode", "session")).toEqual({ status: 0, stdout: "", stderr: "" });
    const mode = { name: "mode", field: "mode", type: "string", valueName: "mode" } as const;
    const moded: Program = {
      ...program,
      load: async (name) => {
        const { spec, handler } = await program.load(name);
        return { spec: { ...spec, flags: [mode] }, handler };
      },
    };
    const { stdout } = await inProcess(moded, ["--mode", "session", "ls"]);
    expect(JSON.parse(stdout)).toEqual({ mode: "session", tool: "ls" });
  });

  it("completes its flags and its reserved words", () => {
    const script = completionScript("bash", "wrap", [wrap, adapters]);
    expect(script).toContain(`'') words='adapters'; flags='--fields`);
  });
});
