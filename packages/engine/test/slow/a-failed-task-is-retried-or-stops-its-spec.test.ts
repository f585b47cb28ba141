import type { AgentOutcome, SpecId, TaskId } from "@aomori/contract";
import { getTask, getTicket, listAgents, localOrgId } from "@aomori/store";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cancelSpec, cancelTask, explainTask, injectTask, retryTask } from "../../src/index.ts";
import { Bench } from "../bench/open-bench.ts";
import { at, runPlanned } from "../bench/planned-spec.ts";
import type { AgentScript, Hands } from "../bench/scripted-agents.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());
afterEach(() => {
  expect(bench.problems).toEqual([]);
  bench.memory.test = undefined;
});

const of = (taskId: TaskId) => ({ orgId: localOrgId, taskId, by: "ada" });
const quick = { max_task_attempts: 2 };

/** Works like `first` until its `times`th agent is over, and well from then on. */
const mendedAfter =
  (times: number, first: (hands: Hands) => Promise<AgentOutcome>): AgentScript =>
  async (hands) => {
    if (hands.nth <= times) return first(hands);
    await hands.write("done.txt", `by ${hands.start.agentId}`);
    return "done";
  };

const failing =
  (error: Parameters<Hands["fail"]>[0]) =>
  async ({ fail }: Hands) =>
    fail(error);

async function waiting(task: TaskId): Promise<readonly string[]> {
  const found = await getTask(bench.store.scope(localOrgId), task);
  if (found === undefined) throw new Error(`${task} is gone`);
  return explainTask(bench.engine, localOrgId, found);
}

const injected = (specId: SpecId) => ({
  orgId: localOrgId,
  specId,
  ticketId: undefined,
  title: "One more",
  description: "",
  dependsOn: [] as TaskId[],
  blocks: [] as TaskId[],
  ownedFiles: [],
  acceptanceCriteria: [],
  executionMode: "implementation" as const,
  priority: "medium" as const,
  estimatedHours: 1,
});

describe("an agent's failure", () => {
  test("of a passing kind is retried after a wait and counts as an attempt", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: quick,
      agent: mendedAfter(
        1,
        failing({ class: "temporary", code: "PROVIDER_DOWN", message: "down" }),
      ),
    });
    const retrying = await bench.seen(id, "task.retrying");
    expect(retrying.data).toMatchObject({ code: "PROVIDER_DOWN", attempt: 1, after_ms: 500 });
    expect(await waiting(at(tasks, 0))).toEqual([expect.stringMatching(/^not before 20/)]);
    expect(await bench.ended(id)).toBe("completed");
    expect(await bench.task(at(tasks, 0))).toMatchObject({ attempt: 2, failure: null });
  });

  test("that is a rate limit costs no attempt, backs off longer each time and is given up after a day", async () => {
    let isLimited = true;
    const limit = { class: "rate_limited", code: "LIMIT", message: "slow down" } as const;
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: { max_task_attempts: 1 },
      agent: async (hands) => (isLimited ? hands.fail(limit) : "done"),
    });
    const task = at(tasks, 0);
    const waits: unknown[] = [];
    try {
      for (let nth = 1; nth <= 3; nth += 1) {
        await expect.poll(() => bench.types(id, "task.retrying").length).toBe(nth);
        waits.push(bench.events.findLast(({ type }) => type === "task.retrying")?.data["after_ms"]);
        expect(await bench.task(task)).toMatchObject({ status: "ready", attempt: 0 });
        bench.clock.aheadMs += 20_000;
        bench.engine.wake();
      }
      bench.clock.aheadMs += 24 * 3_600_000;
      bench.engine.wake();
      expect(await bench.ended(id)).toBe("failed");
    } finally {
      bench.clock.aheadMs = 0;
    }
    expect(waits).toEqual([2_500, 5_000, 10_000]);
    isLimited = false;
    expect(await bench.task(task)).toMatchObject({ status: "failed", failure: { code: "LIMIT" } });
  });

  test("of its key fails the task at once; a retry with a key goes on", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      agent: async ({ start, write, fail }) => {
        if (start.keys.openai === undefined)
          return fail({ class: "auth", code: "NO_KEY", message: "no key" });
        await write("a.txt", "a");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect(bench.types(id, "task.retrying")).toEqual([]);
    const after = bench.events.length;
    await retryTask(bench.engine, { ...of(at(tasks, 0)), keys: { openai: "k" } });
    expect(await bench.ended(id, after)).toBe("completed");
  });

  test("that changed nothing is retried, on a copy without what came before", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: quick,
      agent: mendedAfter(1, async () => ({
        kind: "completed",
        finalText: "Nothing to do here.",
        usage: { inputTokens: 0, outputTokens: 0, costMicrousd: null },
      })),
    });
    const retrying = await bench.seen(id, "task.retrying");
    expect(retrying.data).toMatchObject({ code: "NOTHING_CHANGED" });
    expect(retrying.summary).toContain("Nothing to do here.");
    expect(await bench.ended(id)).toBe("completed");
    expect(bench.memory.restored).toContain(at(tasks, 0));
  });

  test("to start at all fails the task with the reason and leaves no agent behind", async () => {
    const { id } = await runPlanned(bench, { waits: [[]], settings: { max_task_attempts: 1 } });
    await bench.ended(id);
    const broken = await runPlanned(bench, {
      waits: [[]],
      settings: { max_task_attempts: 1 },
      agent: () => {
        throw new Error("no such program");
      },
    });
    expect(await bench.ended(broken.id)).toBe("failed");
    const { items } = await listAgents(bench.store.scope(localOrgId), {
      specId: broken.id,
      limit: 10,
    });
    expect(items.map(({ status }) => status)).toEqual(["failed"]);
  });
});

describe("an agent that", () => {
  test("passes the task's deadline is stopped, and the task is tried again", async () => {
    const { id } = await runPlanned(bench, {
      waits: [[]],
      settings: { ...quick, task_deadline_ms: 1_000 },
      agent: mendedAfter(1, async ({ rest, step, stopped, fail }) => {
        while (!stopped.aborted) {
          step({ summary: "still at it" });
          await rest(50);
        }
        return fail({ class: "internal", code: "X", message: "" });
      }),
    });
    expect((await bench.seen(id, "task.retrying")).data).toMatchObject({ code: "TASK_DEADLINE" });
    expect(await bench.ended(id)).toBe("completed");
  });

  test("does nothing new is called stuck, stopped, and the task is tried again", async () => {
    const { id } = await runPlanned(bench, {
      waits: [[]],
      settings: { ...quick, stuck_after_ms: 1_000 },
      agent: mendedAfter(1, async ({ rest, fail }) => {
        await rest();
        return fail({ class: "internal", code: "X", message: "" });
      }),
    });
    expect((await bench.seen(id, "agent.stuck")).data["idle_ms"]).toBeGreaterThanOrEqual(1_000);
    expect((await bench.seen(id, "task.retrying")).data).toMatchObject({ code: "AGENT_STUCK" });
    expect(await bench.ended(id)).toBe("completed");
    expect(bench.types(id, "agent.").filter((type) => type !== "agent.heartbeat")).toEqual([
      "agent.started",
      "agent.stuck",
      "agent.stopped",
      "agent.started",
      "agent.completed",
    ]);
  });

  test("writes while it explores is refused, its changes are undone, and the next one is not blamed for them", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: quick,
      task: { executionMode: "exploration" },
      agent: async ({ nth, write }) => {
        if (nth === 1) await write("notes.txt", "found something");
        return "It is in src/cart.ts.";
      },
    });
    expect((await bench.seen(id, "task.retrying")).data).toMatchObject({
      code: "EXPLORATION_WROTE",
      message: expect.stringContaining("notes.txt"),
    });
    expect(await bench.ended(id)).toBe("completed");
    expect(await bench.task(at(tasks, 0))).toMatchObject({ status: "completed", commit: null });
  });
});

describe("a task that has failed", () => {
  test("blocks its dependents visibly and the spec waits; its retry lets all go on to the end", async () => {
    let isMended = false;
    const { id, tasks } = await runPlanned(bench, {
      waits: [[], [0], [1], []],
      settings: { max_task_attempts: 1 },
      agent: async ({ start, write, fail }) => {
        if (!isMended && start.prompt.includes("Task 0")) {
          return fail({ class: "agent_error", code: "LOST", message: "I am lost" });
        }
        await write(`${start.agentId}.txt`, "x");
        return "done";
      },
    });
    const [first, second, third, other] = tasks.map((task) => task);
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({
      code: "TASKS_FAILED",
      message: expect.stringContaining(first ?? "?"),
    });
    const blocked = await bench.seen(id, "task.blocked", (event) => event.task_id === third);
    expect(blocked.data).toMatchObject({ blocked_by: first });
    expect(await waiting(at(tasks, 2))).toEqual([
      `${first} failed: run it again with "aomori task retry ${first}"`,
    ]);
    expect(await bench.task(at(tasks, 3))).toMatchObject({ status: "completed" });
    expect(other).toBeDefined();
    await expect(retryTask(bench.engine, of(at(tasks, 1)))).rejects.toMatchObject({
      code: "TASK_NOT_RETRYABLE",
      message: expect.stringContaining(`waits for ${first}`),
    });
    isMended = true;
    const after = bench.events.length;
    await retryTask(bench.engine, of(at(tasks, 0)));
    expect(await bench.ended(id, after)).toBe("completed");
    const statuses = (await bench.tasks(id)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["completed"]));
    expect(await bench.spec(id)).toMatchObject({ failure: null, phase: "COMPLETE" });
    await expect(retryTask(bench.engine, of(at(tasks, 0)))).rejects.toMatchObject({
      code: "TASK_NOT_RETRYABLE",
    });
    expect(second).toBeDefined();
  });
});

describe("validation", () => {
  const verdict = (verdict: string, ...reasons: string[]) => JSON.stringify({ verdict, reasons });

  test("sends work back with its reasons, and its own changes are undone", async () => {
    const prompts: string[] = [];
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: { validate: true },
      agent: async ({ start, nth, write }) => {
        if (start.mode === "validation") {
          await write("meddled.txt", "by the validator");
          return nth === 2 ? verdict("fail", "The tax is missing.") : verdict("pass");
        }
        prompts.push(start.prompt);
        await write("cart.txt", `version ${nth}`);
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("completed");
    expect(prompts[1]).toContain("The tax is missing.");
    expect(bench.types(id, "validation.")).toEqual([
      "validation.started",
      "validation.failed",
      "validation.started",
      "validation.passed",
    ]);
    const task = await bench.task(at(tasks, 0));
    expect(task).toMatchObject({ status: "completed", validationRound: 2, attempt: 1 });
    expect(bench.memory.files(task.commit ?? "")).toEqual({
      "README.md": "a cart",
      "cart.txt": "version 3",
    });
  });

  test("rejects at most so many rounds, and then the task has failed", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      settings: { validate: true, max_validation_rounds: 2 },
      agent: async ({ start, nth, write }) => {
        if (start.mode === "validation") return verdict("fail", "Never good enough.");
        await write("cart.txt", `version ${nth}`);
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect(bench.types(id, "validation.failed")).toHaveLength(2);
    expect(await bench.task(at(tasks, 0))).toMatchObject({
      status: "failed",
      failure: {
        code: "VALIDATION_REJECTED",
        message: expect.stringContaining("Never good enough."),
      },
    });
  });

  test("that fails itself is made again without doing the work again", async () => {
    const modes: string[] = [];
    const { id } = await runPlanned(bench, {
      waits: [[]],
      settings: { validate: true },
      agent: async ({ start, nth, write, fail }) => {
        modes.push(start.mode);
        if (nth === 2) return fail({ class: "temporary", code: "DOWN", message: "down" });
        if (start.mode === "validation") return verdict("pass");
        await write("cart.txt", "x");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("completed");
    expect(modes).toEqual(["implementation", "validation", "validation"]);
  });
});

describe("a task added to a running graph", () => {
  test("runs after what it depends on and before what it blocks", async () => {
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const { id, tasks } = await runPlanned(bench, {
      waits: [[], [0]],
      agent: async ({ start, write }) => {
        const title = /^Aomori-Title: (.*)$/m.exec(start.prompt)?.[1] ?? "?";
        if (title === "Task 0") await gate.promise;
        order.push(title);
        await write(`${title}.txt`, "x");
        return "done";
      },
    });
    await bench.seen(id, "agent.started");
    const added = await injectTask(bench.engine, {
      ...injected(id),
      dependsOn: [at(tasks, 0)],
      blocks: [at(tasks, 1)],
    });
    expect(await waiting(added)).toEqual([`waits for ${at(tasks, 0)} (running)`]);
    expect(await waiting(at(tasks, 1))).toEqual([
      `waits for ${at(tasks, 0)} (running)`,
      `waits for ${added} (pending)`,
    ]);
    gate.resolve();
    expect(await bench.ended(id)).toBe("completed");
    expect(order).toEqual(["Task 0", "One more", "Task 1"]);
  });

  test("that closes a cycle is refused with the cycle named, and nothing changes", async () => {
    const gate = Promise.withResolvers<void>();
    const { id, tasks } = await runPlanned(bench, {
      waits: [[], [0], [1]],
      agent: async ({ start, write }) => {
        await gate.promise;
        await write(`${start.agentId}.txt`, "x");
        return "done";
      },
    });
    await bench.seen(id, "agent.started");
    const before = await bench.tasks(id);
    const cyclic = injectTask(bench.engine, {
      ...injected(id),
      dependsOn: [at(tasks, 2)],
      blocks: [at(tasks, 1)],
    });
    await expect(cyclic).rejects.toMatchObject({
      code: "DEPENDENCY_CYCLE",
      message: expect.stringContaining(`${at(tasks, 1)} → ${at(tasks, 2)}`),
    });
    const started = injectTask(bench.engine, { ...injected(id), blocks: [at(tasks, 0)] });
    await expect(started).rejects.toMatchObject({ code: "TASK_STARTED" });
    expect(await bench.tasks(id)).toEqual(before);
    gate.resolve();
    expect(await bench.ended(id)).toBe("completed");
    const over = injectTask(bench.engine, injected(id));
    await expect(over).rejects.toMatchObject({ code: "SPEC_OVER" });
  });

  test("behind a failed one is blocked, and the spec still waits for a person", async () => {
    const { id, tasks } = await runPlanned(bench, {
      waits: [[]],
      agent: failing({ class: "auth", code: "NO_KEY", message: "no key" }),
    });
    await bench.ended(id);
    const added = await injectTask(bench.engine, { ...injected(id), dependsOn: [at(tasks, 0)] });
    expect(await bench.task(added)).toMatchObject({ status: "blocked" });
    expect(await bench.spec(id)).toMatchObject({ status: "failed" });
  });
});

describe("cancelling", () => {
  const endless: AgentScript = async ({ rest }) => {
    await rest();
    return "stopped";
  };

  test("a running task stops its agent and blocks what waits for it", async () => {
    const { id, tasks } = await runPlanned(bench, { waits: [[], [0]], agent: endless });
    await bench.seen(id, "agent.started");
    await cancelTask(bench.engine, of(at(tasks, 0)));
    expect(await bench.ended(id)).toBe("failed");
    await bench.seen(id, "agent.stopped", ({ data }) => data["by"] === "ada");
    expect(await bench.task(at(tasks, 0))).toMatchObject({ status: "cancelled" });
    expect(await bench.task(at(tasks, 1))).toMatchObject({ status: "blocked" });
    await expect(cancelTask(bench.engine, of(at(tasks, 0)))).rejects.toMatchObject({
      code: "TASK_OVER",
    });
  });

  test("a task whose agent is about to start lets none start", async () => {
    const prepared = Promise.withResolvers<void>();
    const { prepare } = bench.workspaces;
    bench.workspaces.prepare = async (request) => {
      await prepared.promise;
      return prepare.call(bench.workspaces, request);
    };
    try {
      const { id, tasks } = await runPlanned(bench, { waits: [[]], agent: endless });
      await bench.seen(id, "task.assigned");
      await cancelTask(bench.engine, of(at(tasks, 0)));
      prepared.resolve();
      await bench.ended(id);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(bench.types(id, "agent.", "task.started")).toEqual([]);
    } finally {
      bench.workspaces.prepare = prepare;
    }
  });

  test("a spec ends its agents, its open tasks and its tickets", async () => {
    const { id, tasks } = await runPlanned(bench, { waits: [[], [0]], agent: endless });
    await bench.seen(id, "agent.started");
    await cancelSpec(bench.engine, { orgId: localOrgId, specId: id, by: "ada" });
    await bench.seen(id, "agent.stopped");
    const all = await bench.tasks(id);
    expect(all.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    const ticket = await getTicket(bench.store.scope(localOrgId), all[0]?.ticketId ?? "TKT-000");
    expect(ticket?.status).toBe("cancelled");
    expect(await bench.spec(id)).toMatchObject({
      status: "cancelled",
      counts: { agentsActive: 0 },
    });
    await expect(retryTask(bench.engine, of(at(tasks, 0)))).rejects.toMatchObject({
      code: "TASK_NOT_RETRYABLE",
    });
  });

  test("boards of specs that are over are let go", async () => {
    await expect.poll(() => bench.engine.boards.held).toBe(0);
    const { tasks } = await runPlanned(bench, { waits: [[]] }).then(async (spec) => {
      await bench.ended(spec.id);
      return spec;
    });
    expect(await waiting(at(tasks, 0))).toEqual([]);
    await expect.poll(() => bench.engine.boards.held).toBe(0);
  });
});

test("what a task's tests say is told, and no result is read to tell it", async () => {
  bench.memory.test = (files) => files.has("good.txt");
  const { id, tasks } = await runPlanned(bench, {
    waits: [[]],
    agent: async ({ write }) => {
      await write("good.txt", "x");
      return "done";
    },
  });
  expect(await bench.ended(id)).toBe("completed");
  expect((await bench.seen(id, "task.completed")).summary).toBe(`${at(tasks, 0)}: 1 file changed`);
  expect((await bench.seen(id, "merge.gate")).data).toMatchObject({ passed: true });
});
