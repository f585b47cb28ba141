import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CommandSpec, FlagSpec } from "@aomori/command";
import { formatIn, nearest, parseArguments, parseDuration, resolveCommand } from "@aomori/command";
import { UserError } from "@aomori/protocol";

const flag = (name: string, type: FlagSpec["type"], more: Partial<FlagSpec> = {}): FlagSpec => ({
  name,
  field: name.replaceAll("-", "_"),
  type,
  ...(type === "boolean" ? {} : { valueName: name }),
  ...more,
});

const spec: CommandSpec = {
  name: "task create",
  summary: "Create a task",
  positionals: [
    { name: "title", field: "title", type: "string", required: true },
    { name: "file", field: "files", type: "string", repeatable: true },
  ],
  flags: [
    flag("depends-on", "string", { repeatable: true }),
    flag("phase", "string", { enum: ["PRD", "TASKS"], aliases: { plan: "PRD" } }),
    flag("hours", "number", { minimum: 0, maximum: 100 }),
    flag("attempts", "integer"),
    flag("urgent", "boolean"),
    flag("within", "duration"),
    flag("data", "json"),
    flag("note", "string", { short: "n" }),
  ],
  examples: [],
  effects: { readOnly: false, dryRun: true },
  result: "resource",
  eventType: "task",
  errors: [],
};

const inputOf = (...argv: string[]) => parseArguments(spec, argv).input;
const codeOf = (...argv: string[]): string => {
  try {
    parseArguments(spec, argv);
  } catch (error) {
    if (error instanceof UserError && error.category === "usage") return error.code;
    throw error;
  }
  return "none";
};

describe("arguments", () => {
  it("become the input by field, in every spelling", () => {
    expect(
      inputOf(
        "Add auth",
        "--depends-on",
        "TSK-001",
        "a.ts",
        "--depends-on=TSK-002",
        "--urgent",
        "--phase",
        "tasks",
        "--hours",
        "1.5",
        "--attempts=-3",
        "--within",
        "1h30m",
        "--data",
        '{"a":[1]}',
        "-n",
        "x",
        "--",
        "--not-a-flag",
      ),
    ).toEqual({
      title: "Add auth",
      files: ["a.ts", "--not-a-flag"],
      depends_on: ["TSK-001", "TSK-002"],
      urgent: true,
      phase: "TASKS",
      hours: 1.5,
      attempts: -3,
      within: 5_400_000,
      data: { a: [1] },
      note: "x",
    });
    expect(inputOf("t", "--no-urgent", "--phase", "plan", "--attempts", "-3")).toEqual({
      title: "t",
      urgent: false,
      phase: "PRD",
      attempts: -3,
    });
    expect(inputOf("t")).toEqual({ title: "t" });
  });

  it("carry the flags of every command", () => {
    const { flags } = parseArguments(spec, [
      "t",
      "-qvy",
      "--json",
      "--timeout",
      "10m",
      "--dry-run",
      "--no-color",
    ]);
    expect(flags).toEqual({
      format: "json",
      help: false,
      version: false,
      quiet: true,
      verbose: true,
      yes: true,
      dryRun: true,
      color: false,
      timeoutMs: 600_000,
    });
    expect(parseArguments(spec, ["t", "--output=jsonl"]).flags.format).toBe("jsonl");
    expect(parseArguments(spec, ["--help"]).flags.help).toBe(true);
  });

  it.each([
    ["UNKNOWN_FLAG", ["t", "--urgnt"]],
    ["UNKNOWN_FLAG", ["t", "--limit", "3"]],
    ["UNKNOWN_FLAG", ["t", "--no-note"]],
    ["INVALID_VALUE", ["t", "--phase", "TSKS"]],
    ["INVALID_VALUE", ["t", "--hours", "many"]],
    ["INVALID_VALUE", ["t", "--hours", "101"]],
    ["INVALID_VALUE", ["t", "--attempts", "1.5"]],
    ["INVALID_VALUE", ["t", "--attempts", "9007199254740993"]],
    ["INVALID_VALUE", ["t", "--within", "10"]],
    ["INVALID_VALUE", ["t", "--data", "{"]],
    ["INVALID_VALUE", ["t", "--format", "xml"]],
    ["MISSING_VALUE", ["t", "--note"]],
    ["MISSING_VALUE", ["t", "--note", "--urgent"]],
    ["DUPLICATE_FLAG", ["t", "--note", "a", "--note", "b"]],
    ["MISSING_ARGUMENT", []],
  ])("are refused with %s: %j", (code, argv) => expect(codeOf(...argv)).toBe(code));

  it("say what was meant", () => {
    expect(() => inputOf("t", "--urgnt")).toThrow('unknown flag --urgnt. Did you mean "--urgent"?');
    expect(() => inputOf("t", "--phase", "TSKS")).toThrow(
      '--phase takes one of PRD, TASKS, not "TSKS". Did you mean "TASKS"?',
    );
    expect(() => inputOf("t", "--limit", "3")).toThrow('"task create" takes no --limit');
  });

  it("never throw anything but a usage error, whatever they are", () => {
    const known = [
      "--note",
      "--hours",
      "--data",
      "--depends-on",
      "--urgent",
      "--json",
      "--",
      "-n",
      "-",
      "--no-urgent",
    ];
    const token = fc.oneof(
      fc.constantFrom(...known),
      fc.string({ maxLength: 8 }),
      fc.string({ maxLength: 5 }).map((text) => `--${text}`),
      fc.tuple(fc.constantFrom(...known), fc.string()).map((pair) => pair.join("=")),
      fc.constantFrom("--__proto__", "--constructor=1", "--=", "-=", "---", "--toString"),
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 10 }), (argv) => {
        expect(typeof codeOf(...argv)).toBe("string");
        formatIn(argv);
      }),
      { numRuns: 500 },
    );
  });

  it("come back as they were written", () => {
    const text = fc.string();
    fc.assert(
      fc.property(
        fc.record({
          title: text,
          depends_on: fc.array(text, { minLength: 1, maxLength: 4 }),
          hours: fc.double({ min: 0, max: 100, noNaN: true }).map((n) => n + 0),
          attempts: fc.maxSafeInteger(),
          urgent: fc.boolean(),
          note: text,
          data: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        }),
        (input) => {
          const argv = [
            ...input.depends_on.map((id) => `--depends-on=${id}`),
            `--hours=${input.hours}`,
            `--attempts=${input.attempts}`,
            input.urgent ? "--urgent" : "--no-urgent",
            `--note=${input.note}`,
            `--data=${JSON.stringify(input.data)}`,
            "--",
            input.title,
          ];
          expect(inputOf(...argv)).toEqual(input);
        },
      ),
    );
  });
});

describe("a command's name", () => {
  const entries = ["task list", "task show", "spec list", "demo"].map((name) => ({
    name,
    summary: "",
  }));

  it.each([
    [["task", "list", "--status", "x"], "task list", ["--status", "x"]],
    [["--json", "task", "list"], "task list", ["--json"]],
    [
      ["--format", "yaml", "task", "--quiet", "list", "a"],
      "task list",
      ["--format", "yaml", "--quiet", "a"],
    ],
    [["demo"], "demo", []],
  ])("is found in %j", (argv, name, rest) =>
    expect(resolveCommand(entries, argv)).toEqual({ kind: "command", name, argv: rest }),
  );

  it("may be a noun alone, or missing", () => {
    expect(resolveCommand(entries, ["task"])).toEqual({ kind: "group", path: "task", argv: [] });
    expect(resolveCommand(entries, ["task", "--help"])).toMatchObject({ path: "task" });
    expect(resolveCommand(entries, [])).toEqual({ kind: "group", path: "", argv: [] });
  });

  it.each([
    [["tsk", "--wild"], { path: "", words: ["tsk", "--wild"], flags: [] }],
    [["--json", "task", "lst", "a"], { path: "task", words: ["lst", "a"], flags: ["--json"] }],
  ])("may be unknown, and what follows it stays as it stands: %j", (argv, words) =>
    expect(resolveCommand(entries, argv)).toEqual({ kind: "unknown", ...words }),
  );
});

it("a near word is one with few edits", () => {
  expect(nearest("lsit", ["list", "show"])).toBe("list");
  expect(nearest("status", ["stats", "state"])).toBe("stats");
  expect(nearest("xyz", ["list", "show"])).toBeUndefined();
});

it("a duration has its unit", () => {
  expect(["500ms", "30s", "10m", "1.5h", "2d", "1h30m"].map(parseDuration)).toEqual([
    500, 30_000, 600_000, 5_400_000, 172_800_000, 5_400_000,
  ]);
  expect(["10", "", "m", "10 m", "-1s", "1e3s"].map(parseDuration)).toEqual(
    Array(6).fill(undefined),
  );
});
