import { existsSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { isPlugin } from "@aomori/plugins/dispatch";
import { dispatch, inner, runHost } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

const args = ["--topic", "wave physics", "", "-x", "--", "$HOME `id` * \\", "é"];

const cSource = `#include <stdio.h>
int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("%s\\n", argv[i]);
  return 0;
}
`;
const rustSource = `fn main() { for word in std::env::args() { println!("{}", word); } }\n`;
const pythonSource = `import sys\nfor word in sys.argv: print(word)\n`;
const shSource = `printf '%s\\n' "$0" "$@"\n`;
const nodeSource = `for (const word of process.argv.slice(1)) console.log(word);\n`;

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
});

describe("argv", () => {
  it.each([
    ["c", cSource, "plugin"],
    ["rust", rustSource, "plugin"],
    ["python", pythonSource, "plugin.py"],
    ["sh", shSource, "plugin.sh"],
    ["node", nodeSource, "plugin.mjs"],
  ] as const)(
    "of a plugin in %s is its file and the words as they were typed",
    async (language, source, file) => {
      const name = `argv-${language}`;
      const directory = installPlugin(plugins, { name, language, source });
      const { status, lines } = await dispatch(plugins, name, args);
      expect(status).toBe(0);
      const path = realpathSync(join(directory, "current", file));
      expect(inner(lines).map(({ value }) => value)).toEqual([path, ...args]);
    },
  );
});

describe("what a plugin is given", () => {
  const source = `import { readFileSync, fstatSync } from "node:fs";
console.log(JSON.stringify({ type: "notification", env: process.env, cwd: process.cwd(), stdin: readFileSync(0, "utf8"), isCharacterDevice: fstatSync(0).isCharacterDevice() }));
`;

  it("is the allow-list, its secrets and its own places, and no other variable", async () => {
    const directory = installPlugin(plugins, {
      name: "env",
      language: "node",
      source,
      secrets: ["DECLARED_TOKEN", "UNSET_TOKEN"],
    });
    const { lines } = await dispatch(plugins, "env", [], {
      env: {
        ...process.env,
        DECLARED_TOKEN: "for-the-plugin",
        CANARY_TOKEN: "for-nobody",
        GITHUB_TOKEN: "for-nobody-either",
        NODE_OPTIONS: "--no-warnings",
      },
      cwd: plugins,
    });
    const [value] = inner(lines).map((line) => line["value"] as Record<string, unknown>);
    expect(value).toMatchObject({
      cwd: plugins,
      stdin: "",
      isCharacterDevice: true,
      env: {
        AOMORI_PLUGIN_NAME: "env",
        AOMORI_PLUGIN_VERSION: "1.0.0",
        AOMORI_PLUGIN_DEPTH: "1",
        AOMORI_PLUGIN_STATE_DIR: join(directory, "state"),
        AOMORI_PLUGIN_CACHE_DIR: join(directory, "cache"),
        PATH: process.env["PATH"],
        // The host hides the value of a declared secret in what the plugin says.
        DECLARED_TOKEN: "[redacted]",
      },
    });
    const names = Object.keys(value?.["env"] as object);
    for (const name of ["CANARY_TOKEN", "GITHUB_TOKEN", "NODE_OPTIONS", "UNSET_TOKEN", "VITEST"]) {
      expect(names).not.toContain(name);
    }
    expect(existsSync(join(directory, "state"))).toBe(true);
    expect(existsSync(join(directory, "cache"))).toBe(true);
  });

  it("keeps its standard error apart and raw", async () => {
    installPlugin(plugins, {
      name: "stderr",
      language: "sh",
      source: `printf '\\033[1mraw\\000\\377\\n' >&2; echo out\n`,
    });
    const { text, stderr } = await runHost({ plugins }, ["stderr"]);
    expect(stderr).toBe("\u001b[1mraw\0\ufffd\n");
    expect(text).not.toContain("raw");
  });
});

describe("a plugin that cannot be run is told, in a stream that ends:", () => {
  const failing = async (name: string) => {
    const { status, lines } = await dispatch(plugins, name);
    expect(lines.at(0)).toEqual({ type: "begin" });
    expect(lines.at(-1)).toEqual({ type: "end" });
    expect(lines).toHaveLength(3);
    return { status, error: lines[1] };
  };

  it("one that is not there, with the nearest that is", async () => {
    installPlugin(plugins, { name: "weather", language: "sh", source: "" });
    expect(await failing("wether")).toMatchObject({
      status: 66,
      error: {
        fatal: true,
        code: "PLUGIN_NOT_FOUND",
        message: expect.stringContaining('"weather"'),
      },
    });
    expect(isPlugin(plugins, "weather")).toBe(true);
    expect(isPlugin(join(plugins, "nowhere"), "weather")).toBe(false);
  });

  it.each(["../weather", ".runs", "weather/versions", "", "a\0b"])(
    "%j is no name",
    async (name) => {
      expect(await failing(name)).toMatchObject({
        status: 66,
        error: { code: "PLUGIN_NOT_FOUND" },
      });
    },
  );

  it("one that is disabled", async () => {
    const directory = installPlugin(plugins, { name: "off", language: "sh", source: "echo no\n" });
    writeFileSync(join(directory, ".settings.json"), '{"enabled":false}');
    expect(await failing("off")).toMatchObject({ status: 78, error: { code: "PLUGIN_DISABLED" } });
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no version", "{}"],
    ["another protocol", '{"version":"1","protocol":3}'],
    ["no way to start it", '{"version":"1","protocol":1,"entry":{"kind":"native"}}'],
    ["a file outside", '{"version":"1","protocol":1,"entry":{"kind":"native","file":"../../x"}}'],
    [
      "commands that are none",
      '{"version":"1","protocol":1,"entry":{"kind":"native","file":"x"},"commands":1}',
    ],
  ])("one whose record has %s", async (_about, record) => {
    const directory = installPlugin(plugins, {
      name: `broken-${Math.random()}`,
      language: "sh",
      source: "",
    });
    writeFileSync(join(directory, "current", "record.json"), record);
    const name = directory.slice(plugins.length + 1);
    expect(await failing(name)).toMatchObject({ status: 78, error: { code: "PLUGIN_BROKEN" } });
  });

  it("one with nothing to run", async () => {
    const directory = installPlugin(plugins, { name: "viewer", language: "sh", source: "" });
    writeFileSync(join(directory, "current", "record.json"), '{"version":"1","protocol":1}');
    expect(await failing("viewer")).toMatchObject({
      status: 65,
      error: { code: "PLUGIN_NOT_RUNNABLE" },
    });
  });

  it("one whose binary is gone", async () => {
    const directory = newFolder();
    symlinkSync(directory, join(plugins, "gone"));
    symlinkSync(".", join(directory, "current"));
    const entry = '{"kind":"native","file":"plugin"}';
    writeFileSync(join(directory, "record.json"), `{"version":"1","protocol":1,"entry":${entry}}`);
    expect(await failing("gone")).toMatchObject({
      status: 66,
      error: { code: "COMMAND_NOT_FOUND" },
    });
  });
});

it("a linked plugin runs where it lies", async () => {
  const source = newFolder();
  writeFileSync(join(source, "mine.sh"), "echo from the link\n");
  const directory = installPlugin(plugins, { name: "linked", language: "sh", source: "" });
  const record = JSON.parse(readFileSync(join(directory, "current", "record.json"), "utf8"));
  const linked = {
    ...record,
    origin: { kind: "link", directory: source },
    entry: { kind: "script", file: "mine.sh", runtime: "sh" },
  };
  writeFileSync(join(directory, "current", "record.json"), JSON.stringify(linked));
  const { lines } = await dispatch(plugins, "linked");
  expect(inner(lines)).toEqual([{ type: "notification", value: "from the link" }]);
});
