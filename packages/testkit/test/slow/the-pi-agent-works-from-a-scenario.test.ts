import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findExecutable } from "@aomori/system";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRepository } from "../../src/index.ts";
import type { ModelServer } from "../../src/index.ts";
import { serve } from "../serving.ts";

const run = promisify(execFile);
const piTimeoutMs = 60_000;

let dir: string;
let server: ModelServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "aomori-pi-"));
  server = await serve({
    tasks: [
      {
        title: "Greet in French",
        implementation: [
          {
            calls: [
              { tool: "read_file", input: { path: "greeting.txt" } },
              {
                tool: "edit_file",
                input: { path: "greeting.txt", old_text: "hello", new_text: "bonjour" },
              },
              { tool: "write_file", input: { path: "note.txt", content: "done 👋\n" } },
              { tool: "run_command", input: { command: "cat note.txt > copy.txt" } },
            ],
            text: "Now it says bonjour.",
          },
        ],
      },
    ],
  });
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});

/** The agent's own files lie in the test's directory, and its environment holds no key but a made-up one. */
async function runPi(api: string, baseUrl: string, cwd: string): Promise<string> {
  const config = join(dir, "pi");
  await mkdir(config);
  const models = [{ id: "scripted", contextWindow: 100_000, maxTokens: 8_000 }];
  const providers = { scripted: { baseUrl, api, apiKey: "k", models } };
  await writeFile(join(config, "models.json"), JSON.stringify({ providers }));
  const entry = findExecutable("pi", process.env["PATH"], cwd);
  if (entry === undefined) throw new Error("pi is not on PATH; run the tests with npm");
  const args = ["--provider", "scripted", "--model", "scripted", "--mode", "json", "-p"];
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
    HOME: dir,
    PI_CODING_AGENT_DIR: config,
    PI_OFFLINE: "1",
  };
  const started = run(process.execPath, [entry, ...args, "Aomori-Title: Greet in French\nGo on."], {
    cwd,
    env,
    timeout: piTimeoutMs,
  });
  started.child.stdin?.end();
  return (await started).stdout;
}

test.each([
  ["anthropic-messages", ""],
  ["openai-completions", "/v1"],
  ["openai-responses", "/v1"],
])("pi over %s changes the files the scenario says", async (api, path) => {
  const { path: cwd } = await createRepository(join(dir, "repo"), { "greeting.txt": "hello\n" });
  const output = await runPi(api, `${server.url}${path}`, cwd);
  expect(await readFile(join(cwd, "greeting.txt"), "utf8")).toBe("bonjour\n");
  expect(await readFile(join(cwd, "copy.txt"), "utf8")).toBe("done 👋\n");
  expect(output).toContain("Now it says bonjour.");
  expect(server.requests.filter(({ status }) => status !== 200)).toEqual([]);
});
