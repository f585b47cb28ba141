import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { driverFor, requireDriver } from "../../src/index.ts";
import {
  anthropicAt,
  follow,
  pathWithPi,
  requestFor,
  serverPlaying,
  temporaryDirectory,
  worktreeWith,
} from "../workbench.ts";

test("a real pi changes files and its steps are told in our words", async () => {
  const server = await serverPlaying({
    calls: [
      { tool: "read_file", input: { path: "sum.js" }, say: "I look first" },
      { tool: "edit_file", input: { path: "sum.js", old_text: "a - b", new_text: "a + b" } },
      { tool: "write_file", input: { path: "note.md", content: "sums\n" } },
      { tool: "run_command", input: { command: "cat sum.js; env; exit 3" } },
    ],
    text: "sum adds now",
  });
  const worktree = await worktreeWith({ "sum.js": "export const sum = (a, b) => a - b;\n" });
  const request = requestFor(worktree, anthropicAt(server), {
    keys: { anthropic: "key-that-stays-secret" },
    env: { PATH: pathWithPi },
  });
  const run = driverFor("pi").start(request);
  const steps = await follow(run).all;
  const outcome = await run.result;

  expect(outcome).toMatchObject({ kind: "completed", finalText: "sum adds now" });
  expect(outcome.usage.inputTokens).toBeGreaterThan(0);
  expect(outcome.usage.costMicrousd).toBeNull();
  expect(await readFile(join(worktree, "sum.js"), "utf8")).toBe(
    "export const sum = (a, b) => a + b;\n",
  );
  expect(await readFile(join(worktree, "note.md"), "utf8")).toBe("sums\n");
  expect(steps.filter(({ type }) => type === "tool_call").map(({ summary }) => summary)).toEqual([
    "read sum.js",
    "edit sum.js",
    "write note.md",
    "bash cat sum.js; env; exit 3",
  ]);
  const results = steps.filter(({ type }) => type === "tool_result");
  expect(results.map(({ data }) => data)).toEqual([
    { ok: true },
    { ok: true },
    { ok: true },
    { ok: false },
  ]);
  expect(results[3]?.text).toContain("a + b");
  expect(JSON.stringify(steps)).not.toContain("key-that-stays-secret");
  expect(steps.filter(({ type }) => type === "file_change").map(({ data }) => data)).toEqual([
    { path: "sum.js", change: "modified" },
    { path: "note.md", change: "written" },
  ]);
  expect(steps.filter(({ type }) => type === "message").map(({ text }) => text)).toEqual([
    "I look first",
    "sum adds now",
  ]);
  const first = JSON.stringify(server.requests[0]?.body);
  expect(first).toContain("You are a careful engineer.");
});

test("an agent that is not installed is named with what installs it", async () => {
  const empty = await temporaryDirectory();
  const missing = { code: "DRIVER_NOT_FOUND", message: expect.stringContaining("npm install -g") };
  await expect(requireDriver("pi", { PATH: empty })).rejects.toMatchObject(missing);
  await expect(requireDriver("claude", { PATH: empty })).rejects.toMatchObject(missing);
  const worktree = await worktreeWith({});
  const run = driverFor("pi").start(requestFor(worktree, null, { env: { PATH: empty } }));
  expect(await follow(run).all).toEqual([]);
  expect(await run.result).toMatchObject({ kind: "failed", error: missing });
});

test("a found agent tells its version", async () => {
  expect(await driverFor("pi").detect({ PATH: pathWithPi })).toMatchObject({
    kind: "found",
    version: "0.73.1",
  });
});
