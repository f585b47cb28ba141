import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { findExecutable } from "@aomori/system";
import type { ModelServer, ScenarioInput } from "@aomori/testkit";
import { describe, expect, test } from "vitest";

import { driverFor } from "../../src/index.ts";
import type { AgentRun, AgentRunRequest, ModelChoice, SteeringRequest } from "../../src/index.ts";
import { onLinux, processesOf, untilGone, untilWaiting } from "../live-processes.ts";
import {
  follow,
  pathWithPi,
  requestFor,
  serverPlaying,
  temporaryDirectory,
  worktreeWith,
} from "../workbench.ts";

const agents = [
  { name: "pi", model: "claude-test" },
  { name: "claude", model: "claude-opus-4-8" },
] as const;

const quick = { tool: "run_command", input: { command: "echo quick" } } as const;
const slow = { tool: "run_command", input: { command: "sleep 3; echo whole" } } as const;
const long = {
  tool: "run_command",
  input: { command: "tail -f /dev/null & tail -f /dev/null" },
} as const;
const steered = [{ calls: [quick], text: "steered" }];

let made = 0;
function steering(more: Partial<SteeringRequest> = {}): SteeringRequest {
  made += 1;
  return {
    id: `steer_slow${made}`,
    action: "refocus",
    instruction: `look at the docs, number ${made}`,
    deliver: "next-step",
    ...more,
  };
}

for (const agent of agents) {
  const isThere = findExecutable(agent.name, pathWithPi) !== undefined;

  const modelAt = (server: ModelServer): ModelChoice => ({
    provider: "anthropic",
    model: agent.model,
    baseUrl: server.url,
  });

  const start = async (
    script: Parameters<typeof serverPlaying>[0],
    more: Partial<ScenarioInput> = {},
    limits: Partial<AgentRunRequest["limits"]> = {},
  ): Promise<{
    server: ModelServer;
    request: AgentRunRequest;
    run: AgentRun;
    story: ReturnType<typeof follow>;
  }> => {
    const server = await serverPlaying(script, more);
    const worktree = await worktreeWith({ "README.md": "hello\n" });
    const request = requestFor(worktree, modelAt(server), {
      env: { PATH: pathWithPi, HOME: await temporaryDirectory() },
      keys: { anthropic: "test-key" },
      limits: {
        maxSteps: 20,
        maxOutputBytes: 10_000,
        commandTimeoutMs: 60_000,
        confinesCommands: true,
        ...limits,
      },
    });
    const run = driverFor(agent.name).start(request);
    return { server, request, run, story: follow(run) };
  };

  const timesTold = (server: ModelServer, instruction: string): number => {
    expect(server.requests.filter(({ status }) => status === 400)).toEqual([]);
    const asked = server.requests.filter(({ path }) => path.endsWith("/messages"));
    const last = JSON.stringify(asked.at(-1)?.body);
    return last.split(`Aomori-Steering: ${instruction}`).length - 1;
  };

  const title = isThere ? agent.name : `${agent.name}: needs ${agent.name} on PATH`;
  describe.skipIf(!isThere)(title, { timeout: 60_000 }, () => {
    test("an instruction for now interrupts a command", async () => {
      const { server, run, story } = await start({
        calls: [quick, long],
        text: "not steered",
        on_steering: steered,
      });
      await story.next(({ summary }) => summary.includes("tail -f"));
      await delay(500);
      const before = performance.now();
      const order = steering({ deliver: "now", action: "redirect" });
      expect(await run.steer(order)).toBe("delivered");
      expect(performance.now() - before).toBeLessThan(10_000);
      const steps = await story.all;
      expect(await run.result).toMatchObject({ kind: "completed", finalText: "steered" });
      expect(timesTold(server, order.instruction)).toBe(1);
      expect(steps.filter(({ type }) => type === "steering")).toHaveLength(1);
    });

    test("an instruction for the next step comes after the running one", async () => {
      const { server, run, story } = await start({
        calls: [slow, quick, quick],
        text: "done",
        on_steering: steered,
      });
      await story.next(({ summary }) => summary.includes("sleep 3"));
      const order = steering();
      expect(await run.steer(order)).toBe("delivered");
      const steps = await story.all;
      expect(await run.result).toMatchObject({ kind: "completed" });
      expect(timesTold(server, order.instruction)).toBe(1);
      const whole = steps.findIndex(
        ({ type, text }) => type === "tool_result" && text?.includes("whole"),
      );
      expect(whole).toBeGreaterThan(-1);
      expect(steps.findIndex(({ type }) => type === "steering")).toBeGreaterThan(whole);
    });

    test("an instruction for after starts another turn", async () => {
      const { server, run, story } = await start({
        calls: [quick],
        text: "first work done",
        on_steering: steered,
      });
      const order = steering({ deliver: "after" });
      expect(await run.steer(order)).toBe("delivered");
      await story.all;
      expect(await run.result).toMatchObject({ kind: "completed", finalText: "steered" });
      expect(timesTold(server, order.instruction)).toBe(1);
      expect(await run.steer(steering())).toBe("undeliverable");
    });

    test("an instruction sent at any moment is told once or answered undeliverable", async () => {
      for (const waitMs of [0, 300, 600, 900, 1200, 1500]) {
        const { server, run, story } = await start({
          calls: [quick],
          text: "first work done",
          on_steering: steered,
        });
        await delay(waitMs);
        const order = steering();
        const answer = await run.steer(order);
        await story.all;
        expect(await run.result).toMatchObject({ kind: "completed" });
        expect(timesTold(server, order.instruction)).toBe(answer === "delivered" ? 1 : 0);
      }
    });

    test("a paused agent asks the model nothing until it is resumed", async () => {
      const { server, run, story } = await start({
        calls: [quick, slow, quick],
        text: "done",
        on_steering: steered,
      });
      await story.next(({ type }) => type === "tool_call");
      expect(await run.steer(steering({ action: "pause", instruction: "" }))).toBe("delivered");
      const asked = server.requests.length;
      await delay(1000);
      expect(server.requests).toHaveLength(asked);
      expect(await run.steer(steering({ action: "resume", instruction: "" }))).toBe("delivered");
      await story.all;
      expect(await run.result).toMatchObject({ kind: "completed" });
      expect(server.requests.length).toBeGreaterThan(asked);
      expect(server.requests.filter(({ status }) => status === 400)).toEqual([]);
    });

    test.runIf(onLinux)("stop ends it and its commands in time", async () => {
      const { request, run, story } = await start({ calls: [long], text: "done" });
      await untilWaiting(request.agentId, 2);
      const before = performance.now();
      const stop = steering({ action: "stop", instruction: "", deliver: "now" });
      expect(await run.steer(stop)).toBe("delivered");
      await story.all;
      expect(await run.result).toMatchObject({ kind: "stopped" });
      expect(performance.now() - before).toBeLessThan(5000);
      expect(processesOf(request.agentId)).toEqual([]);
    });

    test.runIf(onLinux)("it dies with the process that runs it", async () => {
      const server = await serverPlaying({ calls: [long], text: "done" });
      const worktree = await worktreeWith({});
      const { signal: _, ...request } = requestFor(worktree, modelAt(server), {
        env: { PATH: pathWithPi, HOME: await temporaryDirectory() },
        keys: { anthropic: "test-key" },
      });
      const fixture = join(import.meta.dirname, "../fixtures/run-and-wait.ts");
      const argument = JSON.stringify({ driver: agent.name, request });
      const parent = spawn(process.execPath, ["--conditions=aomori-source", fixture, argument], {
        stdio: "ignore",
      });
      await untilWaiting(request.agentId, 2);
      parent.kill("SIGKILL");
      expect(await untilGone(request.agentId, 5000)).toEqual([]);
    });

    test.each([
      ["a wrong key", { keys: ["another"] }, "auth", "MODEL_KEY_REFUSED"],
      [
        "a rate limit",
        { faults: [{ times: "always", fault: { kind: "rate_limit" } }] },
        "rate_limited",
        "MODEL_RATE_LIMITED",
      ],
      [
        "an overloaded server",
        { faults: [{ times: "always", fault: { kind: "overloaded" } }] },
        "temporary",
        "MODEL_UNAVAILABLE",
      ],
    ] as [string, Partial<ScenarioInput>, string, string][])(
      "%s is told by its class before any work is done",
      async (_, more, errorClass, code) => {
        const { run, story } = await start({ text: "done" }, more);
        await story.all;
        expect(await run.result).toMatchObject({
          kind: "failed",
          error: { class: errorClass, code },
        });
      },
    );

    test("one that does not come to an end is stopped at its limit", async () => {
      const calls = Array.from({ length: 10 }, () => quick);
      const { run, story } = await start({ calls, text: "done" }, {}, { maxSteps: 3 });
      await story.all;
      expect(await run.result).toMatchObject({ kind: "failed", error: { code: "STEP_LIMIT" } });
    });
  });
}
