import { setTimeout as delay } from "node:timers/promises";

import type { ModelServer } from "@aomori/testkit";
import { describe, expect, test } from "vitest";

import { driverFor } from "../src/index.ts";
import type { AgentRun, SteeringRequest } from "../src/index.ts";
import { anthropicAt, follow, requestFor, serverPlaying, worktreeWith } from "./workbench.ts";

const list = { tool: "list_files", input: {} } as const;
const slow = { tool: "run_command", input: { command: "echo started; sleep 30" } } as const;

let made = 0;
function steering(more: Partial<SteeringRequest> = {}): SteeringRequest {
  made += 1;
  return {
    id: `steer_test${made}`,
    action: "refocus",
    instruction: `look at the docs, number ${made}`,
    deliver: "next-step",
    ...more,
  };
}

async function start(script: Parameters<typeof serverPlaying>[0]): Promise<{
  server: ModelServer;
  run: AgentRun;
  story: ReturnType<typeof follow>;
}> {
  const server = await serverPlaying(script);
  const worktree = await worktreeWith({ "README.md": "hello\n" });
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  return { server, run, story: follow(run) };
}

/** How often the instruction is in the conversation of the last request, and that none was refused. */
function timesTold(server: ModelServer, instruction: string): number {
  expect(server.requests.filter(({ status }) => status === 400)).toEqual([]);
  const last = JSON.stringify(server.requests.at(-1)?.body);
  return last.split(`Aomori-Steering: ${instruction}`).length - 1;
}

const steered = [{ calls: [list], text: "steered" }];

describe("an instruction", () => {
  test("for now interrupts the model's answer", async () => {
    const { server, run, story } = await start({
      calls: [list, { ...list, delay_ms: 600_000 }],
      text: "not steered",
      on_steering: steered,
    });
    await story.next(({ type }) => type === "tool_result");
    const order = steering({ deliver: "now" });
    expect(await run.steer(order)).toBe("delivered");
    await story.all;
    expect(await run.result).toMatchObject({ kind: "completed", finalText: "steered" });
    expect(timesTold(server, order.instruction)).toBe(1);
  });

  test("for now interrupts a command, whose result says so", async () => {
    const { server, run, story } = await start({
      calls: [[slow, list]],
      text: "not steered",
      on_steering: steered,
    });
    await story.next(({ type }) => type === "tool_call");
    await delay(200);
    const before = performance.now();
    const order = steering({ deliver: "now", action: "redirect" });
    expect(await run.steer(order)).toBe("delivered");
    expect(performance.now() - before).toBeLessThan(5000);
    const steps = await story.all;
    expect(await run.result).toMatchObject({ kind: "completed", finalText: "steered" });
    expect(timesTold(server, order.instruction)).toBe(1);
    const results = steps.filter(({ type }) => type === "tool_result");
    expect(results[0]?.text).toBe("started\n[interrupted before it ended]");
    expect(results[1]?.text).toBe("not run: steering came first");
  });

  test("for the next step waits for the running one", async () => {
    const { server, run, story } = await start({
      calls: [{ tool: "run_command", input: { command: "sleep 1; echo whole" } }, list, list, list],
      text: "not steered",
      on_steering: steered,
    });
    await story.next(({ type }) => type === "tool_call");
    const order = steering({ deliver: "next-step" });
    expect(await run.steer(order)).toBe("delivered");
    const steps = await story.all;
    expect(await run.result).toMatchObject({ finalText: "steered" });
    expect(timesTold(server, order.instruction)).toBe(1);
    const types = steps.map(({ type }) => type);
    expect(steps.find(({ type }) => type === "tool_result")?.text).toBe("whole\n[exit code 0]");
    expect(types.indexOf("steering")).toBeGreaterThan(types.indexOf("tool_result"));
  });

  test("for after waits until the agent would end", async () => {
    const { server, run, story } = await start({
      calls: [list, list],
      text: "first work done",
      on_steering: steered,
    });
    const order = steering({ deliver: "after" });
    expect(await run.steer(order)).toBe("delivered");
    const steps = await story.all;
    expect(await run.result).toMatchObject({ finalText: "steered" });
    expect(timesTold(server, order.instruction)).toBe(1);
    const told = steps.findIndex(({ type }) => type === "steering");
    expect(steps.slice(0, told).map(({ text }) => text)).toContain("first work done");
  });

  test("that comes while the last answer is made is not lost", async () => {
    const { server, run, story } = await start({
      calls: [],
      delay_ms: 500,
      text: "done too early",
      on_steering: steered,
    });
    await delay(100);
    const order = steering();
    expect(await run.steer(order)).toBe("delivered");
    await story.all;
    expect(await run.result).toMatchObject({ finalText: "steered" });
    expect(timesTold(server, order.instruction)).toBe(1);
  });

  test("with a known id is delivered once and answered the same", async () => {
    const { server, run, story } = await start({
      calls: [list, list],
      text: "done",
      on_steering: steered,
    });
    const order = steering({ deliver: "after" });
    expect(await Promise.all([run.steer(order), run.steer(order)])).toEqual([
      "delivered",
      "delivered",
    ]);
    await story.all;
    expect(await run.steer(order)).toBe("delivered");
    expect(timesTold(server, order.instruction)).toBe(1);
  });

  test("after the end is undeliverable", async () => {
    const { run, story } = await start({ text: "done" });
    await story.all;
    expect(await run.steer(steering())).toBe("undeliverable");
  });
});

test("a paused agent asks the model nothing until it is resumed", async () => {
  const { server, run, story } = await start({
    calls: [list, list, list],
    delay_ms: 100,
    text: "done",
    on_steering: steered,
  });
  await story.next(({ type }) => type === "tool_call");
  const pause = { action: "pause", instruction: "" } as const;
  expect(await run.steer(steering(pause))).toBe("delivered");
  const asked = server.requests.length;
  const order = steering();
  expect(await run.steer(order)).toBe("delivered");
  await delay(500);
  expect(server.requests).toHaveLength(asked);
  expect(await run.steer(steering({ action: "resume", instruction: "" }))).toBe("delivered");
  await story.all;
  expect(await run.result).toMatchObject({ kind: "completed", finalText: "steered" });
  expect(timesTold(server, order.instruction)).toBe(1);
});

test("a paused agent can be stopped", async () => {
  const { run, story } = await start({ calls: [list, list], delay_ms: 100, text: "done" });
  expect(await run.steer(steering({ action: "pause", instruction: "" }))).toBe("delivered");
  const stop = steering({ action: "stop", instruction: "", deliver: "now" });
  expect(await run.steer(stop)).toBe("delivered");
  await story.all;
  expect(await run.result).toMatchObject({ kind: "stopped" });
});
