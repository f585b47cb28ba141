import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { driverFor } from "../src/index.ts";
import type { ModelChoice } from "../src/index.ts";
import { anthropicAt, follow, requestFor, serverPlaying, worktreeWith } from "./workbench.ts";

const script = {
  calls: [
    { tool: "list_files", input: { path: "." } },
    { tool: "read_file", input: { path: "src/sum.js" } },
    { tool: "search", input: { pattern: "a\\s-\\sb" } },
    { tool: "edit_file", input: { path: "src/sum.js", old_text: "a - b", new_text: "a + b" } },
    { tool: "write_file", input: { path: "docs/new/note.md", content: "sums\n" } },
    { tool: "run_command", input: { command: "cat src/sum.js; echo oops >&2; exit 3" } },
    { tool: "report_discovery", input: { title: "no tests", description: "nothing tests sum" } },
  ],
  text: "sum adds now",
} as const;

const files = { "src/sum.js": "export const sum = (a, b) => a - b;\n" };

const dialects: readonly ((url: string) => ModelChoice)[] = [
  (url) => ({ provider: "anthropic", model: "m", baseUrl: url }),
  (url) => ({ provider: "openai", model: "gpt-test", baseUrl: url }),
  (url) => ({ provider: "openrouter", model: "some/model", baseUrl: url }),
  (url) => ({ provider: "openai-compatible", model: "local", baseUrl: `${url}/v1` }),
];

describe.each(dialects.map((choose) => ({ provider: choose("http://x").provider, choose })))(
  "by way of $provider",
  ({ choose }) => {
    test("files change, every step is told, tokens are counted", async () => {
      const server = await serverPlaying({ ...script, calls: [...script.calls] });
      const worktree = await worktreeWith(files);
      const run = driverFor("builtin").start(requestFor(worktree, choose(server.url)));
      const steps = await follow(run).all;
      const outcome = await run.result;

      expect(outcome).toMatchObject({ kind: "completed", finalText: "sum adds now" });
      expect(outcome.usage.inputTokens).toBeGreaterThan(0);
      expect(outcome.usage.outputTokens).toBeGreaterThan(0);
      expect(await readFile(join(worktree, "src/sum.js"), "utf8")).toBe(
        "export const sum = (a, b) => a + b;\n",
      );
      expect(await readFile(join(worktree, "docs/new/note.md"), "utf8")).toBe("sums\n");

      const results = steps.filter(({ type }) => type === "tool_result");
      expect(results.map(({ tool, data }) => [tool, (data as { ok: boolean }).ok])).toEqual([
        ["list_files", true],
        ["read_file", true],
        ["search", true],
        ["edit_file", true],
        ["write_file", true],
        ["run_command", false],
        ["report_discovery", true],
      ]);
      const byTool = new Map(results.map((step) => [step.tool, step]));
      expect(byTool.get("list_files")?.text).toBe("src/");
      expect(byTool.get("search")?.text).toBe("src/sum.js:1:export const sum = (a, b) => a - b;");
      expect(byTool.get("run_command")?.text).toContain("oops\n[exit code 3]");
      expect(byTool.get("run_command")?.data).toMatchObject({ exit_code: 3 });
      expect(byTool.get("report_discovery")?.data).toMatchObject({
        discovery: { title: "no tests", description: "nothing tests sum" },
      });
      expect(steps.filter(({ type }) => type === "file_change").map(({ data }) => data)).toEqual([
        { path: "src/sum.js", change: "modified" },
        { path: "docs/new/note.md", change: "created" },
      ]);
      const calls = steps.filter(({ type }) => type === "tool_call");
      expect(results.map(({ callId }) => callId)).toEqual(calls.map(({ callId }) => callId));
      expect(new Set(calls.map(({ callId }) => callId)).size).toBe(7);
      expect(steps.at(-1)?.type).toBe("usage");
      expect(steps.filter(({ type }) => type === "usage")).toHaveLength(8);
    });
  },
);

test("several calls of one answer each get their result", async () => {
  const server = await serverPlaying({
    calls: [
      [
        { tool: "write_file", input: { path: "a", content: "1" } },
        { tool: "read_file", input: { path: "missing" } },
        { tool: "read_file", input: { path: "a" } },
      ],
    ],
    text: "done",
  });
  const worktree = await worktreeWith({});
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  const steps = await follow(run).all;
  expect(await run.result).toMatchObject({ kind: "completed" });
  expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
  expect(steps.filter(({ type }) => type === "tool_result").map(({ text }) => text)).toEqual([
    "created a (1 bytes)",
    "missing does not exist",
    "1",
  ]);
});

test("an agent that does not come to an end is stopped at its limit", async () => {
  const call = { tool: "list_files", input: {} } as const;
  const server = await serverPlaying({ calls: [call, call, call, call, call], text: "done" });
  const worktree = await worktreeWith({});
  const request = requestFor(worktree, anthropicAt(server), {
    limits: { maxSteps: 3, maxOutputBytes: 1000, commandTimeoutMs: 1000, confinesCommands: true },
  });
  const run = driverFor("builtin").start(request);
  await follow(run).all;
  expect(await run.result).toMatchObject({
    kind: "failed",
    error: { class: "agent_error", code: "STEP_LIMIT" },
  });
  expect(server.requests).toHaveLength(3);
});

test("a mode has only its tools", async () => {
  const offered = async (mode: "exploration" | "validation" | "implementation") => {
    const server = await serverPlaying(
      { text: "done" },
      {
        tasks: [
          {
            title: "the task",
            implementation: [{ text: "done" }],
            exploration: [{ text: "done" }],
            validation: [{ verdict: "accepted", reasons: ["fine"] }],
          },
        ],
      },
    );
    const worktree = await worktreeWith({});
    const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server), { mode }));
    await follow(run).all;
    expect(await run.result).toMatchObject({ kind: "completed" });
    const body = server.requests[0]?.body as { tools: { name: string }[] };
    return body.tools.map(({ name }) => name).sort();
  };
  const looking = ["list_files", "read_file", "report_discovery", "search"];
  expect(await offered("exploration")).toEqual(looking);
  expect(await offered("validation")).toEqual([...looking, "run_command"].sort());
  expect(await offered("implementation")).toEqual(
    [...looking, "edit_file", "run_command", "write_file"].sort(),
  );
});
