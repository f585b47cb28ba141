import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completionScript, textWidth, truncate, wrap } from "@aomori/command";
import { program } from "./fixtures/program.ts";
import { shelf } from "./run-shelf.ts";

describe("help", () => {
  it("of a command", async () => {
    expect((await shelf("item", "show", "--help")).stdout).toBe(`Show an item.

Usage
  shelf item show <id> [flags]

Arguments
  <id>  (required)

Flags of every command
  -o, --format <format>  table on a terminal, json when piped; --output is the
                         same, --json is --format json (table | json | yaml |
                         jsonl)
  -y, --yes              do not ask before destroying something
  --timeout <duration>   give up after this long: 30s, 10m
  -q, --quiet            no prose on stderr
  -v, --verbose          tell on stderr what is being done
  --no-color             no colour; NO_COLOR too
  -h, --help             show this
  -V, --version          show the version

Exit codes
  0   success
  >0  1 partial, 64 usage, 65 validation, 66 not found, 70 internal, 73
      conflict, 74 io, 75 rate limited or temporary, 77 authn or authz, 78
      config, 124 timeout, 130 cancelled. Errors of its own: ITEM_NOT_FOUND.
`);
  });

  it("of a noun, of everything, and by the word help", async () => {
    const noun = (await shelf("item", "--help")).stdout;
    expect(noun).toContain("Usage\n  shelf item <command> [flags]\n");
    expect(noun).toContain("  item list    List items\n  item show    Show an item\n");
    expect(noun).not.toContain("completion");
    expect((await shelf("help", "item")).stdout).toBe(noun);
    expect((await shelf("help", "item", "show")).stdout).toBe(
      (await shelf("item", "show", "-h")).stdout,
    );
    expect((await shelf("--help")).stdout).toContain(
      "completion    Print a completion script for a shell\n",
    );
  });

  it("as events when a program asks", async () => {
    const lines = (await shelf("item", "show", "--help", "--format", "jsonl")).stdout
      .trim()
      .split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      "aoi:meta",
      "text",
      "aoi:summary",
    ]);
  });
});

describe("completion", () => {
  const complete = async (...words: string[]): Promise<string[]> => {
    const folder = mkdtempSync(join(tmpdir(), "completion-"));
    const file = join(folder, "shelf.bash");
    writeFileSync(file, (await shelf("completion", "bash")).stdout);
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shelf; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = spawnSync("bash", ["-c", script, "bash", file, ...words], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(ran.stderr).toBe("");
    return ran.stdout.trim().split("\n");
  };

  it("offers what bash can take next", async () => {
    expect(await complete("shelf", "")).toEqual([
      "item",
      "capabilities",
      "schema",
      "completion",
      "mcp",
    ]);
    expect(await complete("shelf", "item", "s")).toEqual(["show", "secret"]);
    expect(await complete("shelf", "item", "list", "--l")).toEqual(["--limit"]);
    expect(await complete("shelf", "item", "list", "--format", "j")).toEqual(["json", "jsonl"]);
    expect(await complete("shelf", "item", "count", "--c")).toEqual(["--count"]);
    expect(await complete("shelf", "completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  describe.each(["zsh", "fish"] as const)("for %s", (shell) => {
    const installed = spawnSync(shell, ["-c", "exit 0"]).status === 0;

    it("names every command and flag", async () => {
      const specs = await program.loadSpecs();
      const script = completionScript(shell, "shelf", specs);
      const words = specs.flatMap((spec) => [
        ...spec.name.split(" "),
        ...spec.flags.map((f) => f.name),
      ]);
      for (const word of words) expect(script).toMatch(new RegExp(`\\b${word}\\b`));
    });

    it.skipIf(!installed)("is a script the shell accepts", async () => {
      const folder = mkdtempSync(join(tmpdir(), "aomori-completion-"));
      const file = join(folder, `shelf.${shell}`);
      writeFileSync(file, completionScript(shell, "shelf", await program.loadSpecs()));
      const ran = spawnSync(shell, ["-n", file], { encoding: "utf8" });
      rmSync(folder, { recursive: true });
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
    });
  });
});

describe("discovery", () => {
  it("is one JSON object each, and names what every command can do", async () => {
    const capabilities = JSON.parse((await shelf("capabilities", "--output", "json")).stdout) as {
      commands: { name: string }[];
    };
    expect(capabilities).toMatchObject({
      tool: "shelf",
      tool_version: "1.2.3",
      aoi_versions: ["0.2"],
      schemas: [{ name: "dev.aomori.shelf.events", versions: ["1.0.0"], default: "1.0.0" }],
    });
    const byName = Object.fromEntries(capabilities.commands.map((entry) => [entry.name, entry]));
    expect(byName["item delete"]).toMatchObject({
      read_only: false,
      destructive: true,
      requires_confirm: true,
      supports_dry_run: true,
      event_types: ["aoi:meta", "item", "aoi:plan", "aoi:heartbeat", "aoi:error", "aoi:summary"],
    });
    expect(byName["item list"]).toMatchObject({
      read_only: true,
      bounded: true,
      supports_cursor: true,
    });
    expect(byName["item watch"]).toMatchObject({ bounded: false });
    expect(byName["completion"]).toBeDefined();
  });

  it("describes a field named after a secret instead of hiding it", async () => {
    const schema = JSON.parse((await shelf("schema")).stdout) as { $defs: Record<string, unknown> };
    expect(schema.$defs["item_secret"]).toMatchObject({ type: "object" });
  });

  it("gives a command's event schema, and says when there is no such command", async () => {
    const schema = JSON.parse((await shelf("schema", "--command", "item show")).stdout) as {
      $defs: Record<string, unknown>;
    };
    expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
    expect(schema.$defs["item_show"]).toMatchObject({ required: expect.arrayContaining(["type"]) });
    expect(schema.$defs["aoi_summary"]).toMatchObject({ required: ["type", "ok", "count"] });
    const wrong = await shelf("schema", "--command", "item shwo");
    expect(wrong.status).toBe(66);
    expect(wrong.stderr).toContain('Did you mean "item show"?');
  });
});

it("text is measured as a terminal shows it", async () => {
  expect(["abc", "日本", "e\u0301", "👩‍👩‍👧", "\u001b[31mred\u001b[0m", "é"].map(textWidth)).toEqual([
    3, 4, 1, 2, 3, 1,
  ]);
  expect(truncate("日本語テキスト", 7)).toBe("日本語…");
  expect(truncate("short", 5)).toBe("short");
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
});
