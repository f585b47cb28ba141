import { localOrgId } from "@aomori/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explainTask, retryTask } from "../src/index.ts";
import { Bench } from "./bench/open-bench.ts";
import { at, runPlanned } from "./bench/planned-spec.ts";
import type { Planned } from "./bench/planned-spec.ts";
import { checkReplay, holdRandomSpecs, tightLimits } from "./bench/random-specs.ts";
import type { AgentScript } from "./bench/scripted-agents.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ limits: tightLimits });
});
afterAll(() => bench[Symbol.asyncDispose]());

test("random specs start no task early, pass no limit, always end, and their events tell it all", async () => {
  await holdRandomSpecs(bench, 3);
  expect(bench.problems).toEqual([]);
});

test("a spec that fails, is retried and completes is told so by its events", async () => {
  let isMended = false;
  const { id, tasks } = await runPlanned(bench, {
    waits: [[], [0], [1]],
    settings: { max_task_attempts: 1 },
    agent: async ({ start, write, fail }) => {
      if (!isMended) return fail({ class: "auth", code: "NO_KEY", message: "no key" });
      await write(`${start.agentId}.txt`, "x");
      return "done";
    },
  });
  await bench.ended(id);
  await checkReplay(bench, id);
  isMended = true;
  const after = bench.events.length;
  await retryTask(bench.engine, { orgId: localOrgId, taskId: at(tasks, 0), by: "ada" });
  expect(await bench.ended(id, after)).toBe("completed");
  await checkReplay(bench, id);
});

test("what waits for a slot says for which", async () => {
  const gate = Promise.withResolvers<void>();
  const slow: AgentScript = async ({ start, write }) => {
    await gate.promise;
    await write(`${start.agentId}.txt`, "x");
    return "done";
  };
  const reasons = async (task: Planned["tasks"][number]) =>
    explainTask(bench.engine, localOrgId, await bench.task(task));
  const one = await runPlanned(bench, {
    waits: [[], [], []],
    agent: slow,
    settings: { max_parallel_tasks: 2 },
  });
  const repository = "/repositories/one-project";
  const two = await runPlanned(bench, { waits: [[]], agent: slow, repository });
  const three = await runPlanned(bench, { waits: [[], [], []], agent: slow, repository });
  await expect.poll(() => bench.types(three.id, "agent.started").length).toBe(1);
  expect(bench.types(one.id, "agent.started")).toHaveLength(2);
  expect(await reasons(at(one.tasks, 2))).toEqual(["limit of its spec reached: 2 of 2 running"]);
  expect(await reasons(at(three.tasks, 2))).toEqual([
    "limit of its driver reached: 4 of 4 running",
  ]);
  gate.resolve();
  for (const { id } of [one, two, three]) expect(await bench.ended(id)).toBe("completed");
  expect(await reasons(at(one.tasks, 2))).toEqual([]);
});
