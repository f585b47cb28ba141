import type { SpecId } from "@aomori/contract";
import { listAgents, listTickets, localOrgId } from "@aomori/store";
import type { StoredEvent } from "@aomori/store";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelTask, explainTask, retryTask } from "../src/index.ts";
import { acyclicGraph } from "./graphs.ts";
import { Bench } from "./bench/open-bench.ts";
import { at, runPlanned } from "./bench/planned-spec.ts";
import type { Planned } from "./bench/planned-spec.ts";
import { replay } from "./bench/replay.ts";
import type { AgentScript } from "./bench/scripted-agents.ts";

const limits = { global: 4, perProject: 3, perDriver: { builtin: 4 } };
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ limits });
});
afterAll(() => bench[Symbol.asyncDispose]());

const scope = () => bench.store.scope(localOrgId);

/** What happens to a task, drawn before it runs. */
type Fate = "works" | "fails" | "cancelled" | "rejected once";

const fates = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>("works") },
  { weight: 1, arbitrary: fc.constant<Fate>("fails") },
  { weight: 1, arbitrary: fc.constant<Fate>("cancelled") },
  { weight: 1, arbitrary: fc.constant<Fate>("rejected once") },
);

const script =
  (fate: readonly Fate[]): AgentScript =>
  async ({ start, nth, write, rest, fail, step }) => {
    const own = fate[Number(/^Aomori-Title: Task (\d+)$/m.exec(start.prompt)?.[1])] ?? "works";
    step({ type: "thought", summary: own });
    if (start.mode === "validation") {
      const isFirst = !start.prompt.includes("second try");
      const verdict =
        own === "rejected once" && isFirst && /Attempt: 1$/m.test(start.prompt) ? "fail" : "pass";
      return JSON.stringify({ verdict, reasons: ["so it is"] });
    }
    if (own === "cancelled") await rest();
    if (own === "fails") return fail({ class: "auth", code: "NO_KEY", message: "no key" });
    await rest(nth % 5);
    await write(`${start.agentId}.txt`, own);
    return "done";
  };

const isEnd = (type: string): boolean =>
  ["task.completed", "task.failed", "task.cancelled", "task.retrying", "task.pending"].includes(
    type,
  );

/** Throws when a task runs before its dependencies or beyond a limit, as the stream tells it. */
function checkOrder(events: readonly StoredEvent[], parallel: ReadonlyMap<string, number>): void {
  const waits = new Map<string, readonly string[]>();
  const done = new Set<string>();
  const running = new Map<string, string>();
  const projects = new Map<string, string>();
  for (const { type, data, task_id: task, spec_id: spec = "", project_id: project } of events) {
    if (project !== undefined) projects.set(spec, project);
    if (task === undefined) continue;
    if (type === "task.created") waits.set(task, data["depends_on"] as string[]);
    if (type === "task.completed") done.add(task);
    if (type === "task.assigned") {
      const open = (waits.get(task) ?? []).filter((on) => !done.has(on));
      expect(open, `${task} started before ${open.join(", ")}`).toEqual([]);
      running.set(task, spec);
      const mine = [...running.values()].filter((other) => other === spec).length;
      expect(mine).toBeLessThanOrEqual(parallel.get(spec) ?? 1);
      expect(mine).toBeLessThanOrEqual(limits.perProject);
      expect(running.size).toBeLessThanOrEqual(limits.global);
    }
    if (isEnd(type)) running.delete(task);
  }
  expect([...running.keys()]).toEqual([]);
}

async function checkReplay(id: SpecId): Promise<void> {
  const state = replay(bench.events.filter((event) => event.spec_id === id));
  const spec = await bench.spec(id);
  const rows = (items: readonly { readonly id: string; readonly status: string }[]) =>
    Object.fromEntries(items.map((row) => [row.id, row.status]));
  expect(state).toEqual({
    spec: spec.status,
    phase: spec.status === "completed" ? "COMPLETE" : state.phase,
    tasks: rows(await bench.tasks(id)),
    tickets: rows((await listTickets(scope(), { specId: id, limit: 100 })).items),
    agents: rows((await listAgents(scope(), { specId: id, limit: 500 })).items),
  });
}

/** Cancels what its fate says, as soon as it runs. */
function cancelFated(planned: Planned, fate: readonly Fate[]): Promise<unknown> {
  const doomed = planned.tasks.filter((_, index) => fate[index] === "cancelled");
  return Promise.all(
    doomed.map(async (taskId) => {
      const over = bench.ended(planned.id).then(() => undefined);
      const started = bench.seen(planned.id, "task.started", (event) => event.task_id === taskId);
      // Behind a failed task it never starts.
      const event = await Promise.race([started.catch(() => undefined), over]);
      if (event !== undefined)
        await cancelTask(bench.engine, { orgId: localOrgId, taskId, by: "ada" });
    }),
  );
}

const anySpec = fc.record({
  graph: acyclicGraph(7),
  parallel: fc.integer({ min: 1, max: 3 }),
  validate: fc.boolean(),
  fate: fc.array(fates, { minLength: 7, maxLength: 7 }),
});

describe("random specs, two at a time", () => {
  test("start no task before its dependencies, pass no limit, always end, and their events tell it all", async () => {
    const run = async (
      specs: readonly (typeof anySpec extends fc.Arbitrary<infer S> ? S : never)[],
    ) => {
      const after = bench.events.length;
      const parallel = new Map<string, number>();
      const planned = await Promise.all(
        specs.map(async ({ graph, parallel: most, validate, fate }) => {
          const place = (id: string) => graph.ids.indexOf(id);
          const waits = graph.ids.map((id) =>
            graph.edges.filter(({ to }) => to === id).map(({ from }) => place(from)),
          );
          const one = await runPlanned(bench, {
            waits: waits.map((places) => [...new Set(places)]),
            agent: script(fate),
            settings: { max_parallel_tasks: most, max_task_attempts: 1, validate },
          });
          parallel.set(one.id, most);
          await Promise.all([cancelFated(one, fate), bench.ended(one.id)]);
          return one;
        }),
      );
      checkOrder(bench.events.slice(after), parallel);
      for (const { id } of planned) await checkReplay(id);
    };
    await fc.assert(fc.asyncProperty(fc.tuple(anySpec, anySpec), run), { numRuns: 8 });
    expect(bench.problems).toEqual([]);
  });
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
  await checkReplay(id);
  isMended = true;
  const after = bench.events.length;
  await retryTask(bench.engine, { orgId: localOrgId, taskId: at(tasks, 0), by: "ada" });
  expect(await bench.ended(id, after)).toBe("completed");
  await checkReplay(id);
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
  expect(await reasons(at(one.tasks, 2))).toEqual(["limit of all specs reached: 4 of 4 running"]);
  expect(await reasons(at(three.tasks, 2))).toEqual(["limit of all specs reached: 4 of 4 running"]);
  gate.resolve();
  for (const { id } of [one, two, three]) expect(await bench.ended(id)).toBe("completed");
  expect(await reasons(at(one.tasks, 2))).toEqual([]);
});
