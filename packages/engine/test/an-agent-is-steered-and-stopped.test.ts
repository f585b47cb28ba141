import type { AgentId, SpecId, SteeringActionName } from "@aomori/contract";
import { getAgent, getSteering, listDiscoveries, listSteps, localOrgId } from "@aomori/store";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { spawnAgent, steerAgent, stopAgent } from "../src/index.ts";
import { Bench } from "./bench/open-bench.ts";
import { at, runPlanned } from "./bench/planned-spec.ts";
import type { AgentScript } from "./bench/scripted-agents.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());
afterEach(() => expect(bench.problems).toEqual([]));

const scope = () => bench.store.scope(localOrgId);

/** Takes orders until it is told to go on with its work, which is what it was told. */
const obedient: AgentScript = async ({ order, write, start }) => {
  for (let next = await order(); next !== undefined; next = await order()) {
    if (next.action !== "refocus") continue;
    await write(`${start.agentId}.txt`, next.instruction);
    return `I did: ${next.instruction}`;
  }
  return "stopped";
};

async function liveAgent(id: SpecId): Promise<AgentId> {
  const started = await bench.seen(id, "agent.started");
  if (started.agent_id === undefined) throw new Error("an agent without an id");
  return started.agent_id;
}

const steer = (agentId: AgentId, action: SteeringActionName, instruction = "") =>
  steerAgent(bench.engine, {
    orgId: localOrgId,
    agentId,
    action,
    instruction,
    deliver: "now",
    by: "ada",
  });

const agent = async (id: AgentId) => {
  const found = await getAgent(scope(), id);
  if (found === undefined) throw new Error(`${id} is gone`);
  return found;
};

describe("an order", () => {
  test("is stored, delivered once and acknowledged by an event", async () => {
    const { id } = await runPlanned(bench, { waits: [[]], agent: obedient });
    const agentId = await liveAgent(id);
    const { id: orderId } = await steer(agentId, "refocus", "Use the price service.");
    expect(await bench.ended(id)).toBe("completed");
    expect(await getSteering(scope(), orderId)).toMatchObject({ status: "acknowledged" });
    expect(bench.types(id, "steering.", "agent.message")).toEqual([
      "steering.intervention",
      "steering.delivered",
      "agent.message_delivered",
      "steering.acknowledged",
    ]);
    const intervention = await bench.seen(id, "steering.intervention");
    expect(intervention.data).toMatchObject({
      instruction: "Use the price service.",
      by: "ada",
      action: "refocus",
      deliver: "now",
    });
  });

  test("that the agent never takes is undeliverable once its run is over", async () => {
    const gate = Promise.withResolvers<void>();
    const { id } = await runPlanned(bench, {
      waits: [[]],
      agent: async ({ write }) => {
        await gate.promise;
        await write("a.txt", "a");
        return "done";
      },
    });
    const agentId = await liveAgent(id);
    const { id: orderId } = await steer(agentId, "refocus", "Too late.");
    gate.resolve();
    expect(await bench.ended(id)).toBe("completed");
    expect(await getSteering(scope(), orderId)).toMatchObject({ status: "undeliverable" });
    expect(bench.types(id, "steering.")).toEqual(["steering.intervention"]);
    await expect(steer(agentId, "refocus", "More.")).rejects.toMatchObject({ code: "AGENT_OVER" });
    await expect(steer("agent_0000000000", "stop")).rejects.toMatchObject({
      code: "AGENT_NOT_FOUND",
    });
  });

  test("to pause makes the agent idle and never stuck; resume sets it going again", async () => {
    const { id } = await runPlanned(bench, {
      waits: [[]],
      agent: obedient,
      settings: { stuck_after_ms: 1_000, task_deadline_ms: 2_000 },
    });
    const agentId = await liveAgent(id);
    await steer(agentId, "pause");
    await expect.poll(async () => (await agent(agentId)).status).toBe("idle");
    try {
      bench.clock.aheadMs += 60_000;
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(await agent(agentId)).toMatchObject({ status: "idle" });
      await steer(agentId, "resume");
      await expect.poll(async () => (await agent(agentId)).status).toBe("active");
      await steer(agentId, "refocus", "Finish.");
      expect(await bench.ended(id)).toBe("completed");
    } finally {
      bench.clock.aheadMs = 0;
    }
    expect(bench.types(id, "agent.stuck", "task.retrying")).toEqual([]);
  });
});

describe("stopping", () => {
  const endless: AgentScript = async ({ rest }) => {
    await rest();
    return "stopped";
  };

  test.each(["stop", "steer"] as const)("by %s ends the agent, and its task fails", async (how) => {
    const { id, tasks } = await runPlanned(bench, { waits: [[]], agent: endless });
    const agentId = await liveAgent(id);
    const startedAtMs = Date.now();
    if (how === "stop") await stopAgent(bench.engine, localOrgId, agentId, "ada");
    else await steer(agentId, "stop");
    expect(await bench.ended(id)).toBe("failed");
    expect(Date.now() - startedAtMs).toBeLessThan(5_000);
    expect(await agent(agentId)).toMatchObject({ status: "stopped", health: "unknown" });
    expect((await bench.seen(id, "agent.stopped")).data).toEqual({ by: "ada" });
    expect(await bench.task(at(tasks, 0))).toMatchObject({
      status: "failed",
      failure: { code: "AGENT_STOPPED" },
    });
    await expect(stopAgent(bench.engine, localOrgId, agentId, "ada")).rejects.toMatchObject({
      code: "AGENT_OVER",
    });
  });

  test("is nobody's business in another organisation", async () => {
    const { id } = await runPlanned(bench, { waits: [[]], agent: obedient });
    const agentId = await liveAgent(id);
    await expect(stopAgent(bench.engine, "org_other", agentId, "eve")).rejects.toMatchObject({
      code: "AGENT_NOT_FOUND",
    });
    await steer(agentId, "refocus", "Go on.");
    expect(await bench.ended(id)).toBe("completed");
  });
});

describe("spawning", () => {
  const spawn = (taskId: `TSK-${string}`, mode: "exploration" | "implementation") =>
    spawnAgent(bench.engine, { orgId: localOrgId, taskId, mode, by: "ada" });

  test("on a task with a live agent is refused, unless it only looks", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      agent: (hands) =>
        hands.start.mode === "exploration" ? Promise.resolve("I looked.") : obedient(hands),
    });
    const first = await liveAgent(id);
    await expect(spawn(at(tasks, 0), "implementation")).rejects.toMatchObject({
      code: "AGENT_ALREADY_LIVE",
    });
    const observer = await spawn(at(tasks, 0), "exploration");
    await expect.poll(async () => (await agent(observer)).status).toBe("completed");
    expect(await agent(first)).toMatchObject({ status: expect.stringMatching(/starting|active/) });
    await steer(first, "refocus", "Go on.");
    expect(await bench.ended(id)).toBe("completed");
    await expect(spawn(at(tasks, 0), "exploration")).rejects.toMatchObject({
      code: "TASK_WITHOUT_WORKTREE",
    });
  });

  test("an implementation runs a failed task again and answers with its agent", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: { max_task_attempts: 1 },
      agent: async (hands) =>
        hands.nth === 1
          ? hands.fail({ class: "agent_error", code: "LOST", message: "lost" })
          : obedient(hands),
    });
    expect(await bench.ended(id)).toBe("failed");
    const after = bench.events.length;
    const second = await spawn(at(tasks, 0), "implementation");
    await steer(second, "refocus", "Try it this way.");
    expect(await bench.ended(id, after)).toBe("completed");
    expect(await bench.task(at(tasks, 0))).toMatchObject({ agentId: second });
  });
});

test("what an agent does is kept in order, told as it comes, and its heart beats meanwhile", async () => {
  const { id } = await runPlanned(bench, {
    waits: [[]],
    agent: async ({ step, rest, write }) => {
      step({ type: "thought", summary: "where to begin" });
      step({ type: "tool_call", summary: "read cart.ts", tool: "read_file", callId: "1" });
      await rest(300);
      step({
        type: "tool_result",
        summary: "found it",
        callId: "1",
        data: { discovery: { title: "The cart forgets", description: "on reload" } },
      });
      for (let nth = 0; nth < 150; nth += 1) step({ summary: `line ${nth}` });
      await write("a.txt", "a");
      return "done";
    },
  });
  expect(await bench.ended(id)).toBe("completed");
  const agentId = await liveAgent(id);
  const { items } = await listSteps(scope(), agentId, { limit: 500 });
  expect(items.map(({ index }) => index)).toEqual(items.map((_, index) => index));
  expect(items).toHaveLength(153);
  expect(items.at(-1)?.summary).toBe("line 149");
  const told = bench.types(id, "agent.");
  expect(told).toContain("agent.heartbeat");
  expect(told.at(-1)).toBe("agent.completed");
  expect(told.filter((type) => type === "agent.output")).toHaveLength(151);
  expect((await bench.seen(id, "discovery.created")).data).toMatchObject({
    title: "The cart forgets",
    description: "on reload",
  });
  const discoveries = await listDiscoveries(scope(), id);
  expect(discoveries).toHaveLength(1);
});

test("an agent whose steps cannot be stored does not go on unseen", async () => {
  const { transaction } = bench.store;
  let isBroken = false;
  const stopped = Promise.withResolvers<void>();
  bench.store.transaction = function (orgId, work) {
    return isBroken
      ? Promise.reject(new Error("the disk is full"))
      : (transaction.call(bench.store, orgId, work) as never);
  };
  try {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      agent: async ({ nth, step, rest, write, stopped: signal }) => {
        if (nth === 1) {
          isBroken = true;
          while (!signal.aborted) {
            step({ summary: "on and on" });
            await rest(10);
          }
          isBroken = false;
          stopped.resolve();
          return "stopped";
        }
        await write("a.txt", "a");
        return "done";
      },
    });
    await stopped.promise;
    expect(await bench.ended(id)).toBe("completed");
    expect(await bench.task(at(tasks, 0))).toMatchObject({ status: "completed", attempt: 2 });
  } finally {
    isBroken = false;
    bench.store.transaction = transaction;
    bench.problems.splice(0);
  }
});
