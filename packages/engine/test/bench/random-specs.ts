import type { SpecId } from "@aomori/contract";
import { listAgents, listTickets, localOrgId } from "@aomori/store";
import type { StoredEvent } from "@aomori/store";
import * as fc from "fast-check";
import { expect } from "vitest";
import { cancelTask } from "../../src/index.ts";
import type { Limits } from "../../src/index.ts";
import { acyclicGraph } from "../graphs.ts";
import type { Bench } from "./open-bench.ts";
import { runPlanned } from "./planned-spec.ts";
import type { Planned } from "./planned-spec.ts";
import { replay } from "./replay.ts";
import type { AgentScript } from "./scripted-agents.ts";

export const tightLimits = { global: 6, perProject: 3, perDriver: { builtin: 4 } } satisfies Limits;

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
      expect(mine).toBeLessThanOrEqual(tightLimits.perProject);
      expect(running.size).toBeLessThanOrEqual(tightLimits.perDriver.builtin);
    }
    if (isEnd(type)) running.delete(task);
  }
  expect([...running.keys()]).toEqual([]);
}

/** Compares what the events of a spec say with what the tables hold. */
export async function checkReplay(bench: Bench, id: SpecId): Promise<void> {
  // The end of a cancelled task's agent is recorded after the task's.
  await expect.poll(() => bench.engine.live.ofSpec(id)).toEqual([]);
  const state = replay(bench.events.filter((event) => event.spec_id === id));
  const spec = await bench.spec(id);
  const rows = (items: readonly { readonly id: string; readonly status: string }[]) =>
    Object.fromEntries(items.map((row) => [row.id, row.status]));
  expect(state).toEqual({
    spec: spec.status,
    phase: spec.status === "completed" ? "COMPLETE" : state.phase,
    tasks: rows(await bench.tasks(id)),
    tickets: rows(
      (await listTickets(bench.store.scope(localOrgId), { specId: id, limit: 100 })).items,
    ),
    agents: rows(
      (await listAgents(bench.store.scope(localOrgId), { specId: id, limit: 500 })).items,
    ),
  });
}

/** Cancels what its fate says, as soon as it runs. */
function cancelFated(bench: Bench, planned: Planned, fate: readonly Fate[]): Promise<unknown> {
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

/**
 * Runs random specs, two at a time: no task starts before its dependencies, no limit is passed, each spec ends, and its
 * events tell it all.
 */
export async function holdRandomSpecs(bench: Bench, numRuns: number): Promise<void> {
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
        await Promise.all([cancelFated(bench, one, fate), bench.ended(one.id)]);
        return one;
      }),
    );
    checkOrder(bench.events.slice(after), parallel);
    for (const { id } of planned) await checkReplay(bench, id);
  };
  await fc.assert(fc.asyncProperty(fc.tuple(anySpec, anySpec), run), { numRuns });
}
