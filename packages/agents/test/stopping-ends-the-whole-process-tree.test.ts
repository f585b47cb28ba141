import { setTimeout as delay } from "node:timers/promises";

import { expect, test } from "vitest";

import { driverFor } from "../src/index.ts";
import type { StepDraft } from "@aomori/contract";
import { onLinux, processesOf, untilWaiting } from "./live-processes.ts";
import { anthropicAt, follow, requestFor, serverPlaying, worktreeWith } from "./workbench.ts";

const isCall = ({ type }: StepDraft): boolean => type === "tool_call";

test.runIf(onLinux)("a command with children, also a detached one, is gone in time", async () => {
  const command = "tail -f /dev/null & setsid tail -f /dev/null & tail -f /dev/null";
  const server = await serverPlaying({
    calls: [{ tool: "run_command", input: { command } }],
    text: "done",
  });
  const worktree = await worktreeWith({});
  const request = requestFor(worktree, anthropicAt(server), {
    limits: {
      maxSteps: 5,
      maxOutputBytes: 1000,
      commandTimeoutMs: 600_000,
      confinesCommands: true,
    },
  });
  const run = driverFor("builtin").start(request);
  const story = follow(run);
  await story.next(isCall);
  await untilWaiting(request.agentId, 3);
  const before = performance.now();
  await run.stop();
  expect(performance.now() - before).toBeLessThan(5000);
  expect(await run.result).toMatchObject({ kind: "stopped" });
  expect(processesOf(request.agentId)).toEqual([]);
});

test.runIf(onLinux)("what a finished command has daemonised ends with the run", async () => {
  const server = await serverPlaying({
    calls: [{ tool: "run_command", input: { command: "setsid sleep 1000 >/dev/null 2>&1 &" } }],
    text: "done",
  });
  const worktree = await worktreeWith({});
  const request = requestFor(worktree, anthropicAt(server));
  const run = driverFor("builtin").start(request);
  await follow(run).all;
  expect(await run.result).toMatchObject({ kind: "completed" });
  expect(processesOf(request.agentId)).toEqual([]);
});

test("a run whose steps nobody reads can still be stopped", async () => {
  const calls = Array.from({ length: 60 }, () => ({ tool: "list_files", input: {} }) as const);
  const server = await serverPlaying({ calls: [[...calls], [...calls]], text: "done" });
  const worktree = await worktreeWith({});
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  await delay(500);
  const before = performance.now();
  await run.stop();
  expect(performance.now() - before).toBeLessThan(5000);
  expect(await run.result).toMatchObject({ kind: "stopped" });
});

test("the caller's signal stops a run that waits for its model", async () => {
  const server = await serverPlaying({ delay_ms: 600_000, text: "done" });
  const worktree = await worktreeWith({});
  const controller = new AbortController();
  const request = requestFor(worktree, anthropicAt(server), { signal: controller.signal });
  const run = driverFor("builtin").start(request);
  const story = follow(run);
  await delay(300);
  controller.abort();
  expect(await story.all).toEqual([]);
  expect(await run.result).toMatchObject({ kind: "stopped" });
});
