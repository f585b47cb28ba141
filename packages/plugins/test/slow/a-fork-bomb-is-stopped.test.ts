import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runHost } from "../dispatch/dispatching.ts";
import { installPlugin, newFolder } from "../dispatch/installing.ts";

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
  installPlugin(plugins, {
    name: "bomb",
    language: "sh",
    commands: ["bomb"],
    source: `echo '{"type":"command","command":"bomb"}'\necho '{"type":"command","command":"bomb"}'\nsleep 1\n`,
  });
});

describe("a plugin that asks the host to run itself, twice each time,", () => {
  it("is stopped by its depth", async () => {
    const { status, text } = await runHost({ plugins, limits: { depth: 2 } }, ["bomb"]);
    expect(status).toBe(0);
    expect(text).toContain("PLUGIN_COMMAND_LIMIT");
    expect(text.trimEnd().endsWith('{"type":"end"}')).toBe(true);
  });

  it("is stopped by its number, which counts plugins inside plugins", async () => {
    const runsBefore = readdirSync(join(plugins, ".runs")).length;
    const limits = { depth: 50, commands: 6 };
    const { text } = await runHost({ plugins, limits }, ["bomb"]);
    expect(text).toContain("PLUGIN_COMMAND_LIMIT");
    // Itself, and one for each command that was granted.
    expect(readdirSync(join(plugins, ".runs")).length - runsBefore).toBeLessThanOrEqual(7);
  });

  it("leaves nothing of the count behind", () => {
    const names = readdirSync(join(plugins, ".runs"));
    expect(names.filter((name) => !name.endsWith(".jsonl"))).toEqual([]);
  });
});
