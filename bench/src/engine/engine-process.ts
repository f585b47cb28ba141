/** The engine's side of the engine benchmarks: a store of its own, in a process of its own. */
import { startEngine, takeLease } from "@aomori/engine";
import type { Engine } from "@aomori/engine";
import {
  lastEventSeq,
  listEdges,
  listTaskRows,
  localOrgId,
  openStore,
  readEvents,
} from "@aomori/store";
import type { Store, StoredEvent } from "@aomori/store";
import type { SpecId } from "@aomori/contract";
import { homeLayout, randomBytes } from "@aomori/system";
import * as z from "zod";
import { answerParent } from "../measuring/answer-parent.ts";
import { chains, generator, layeredDag } from "./layered-dag.ts";
import { memoryWorkspaces } from "./memory-workspaces.ts";
import { storePlannedSpec } from "./planned-spec.ts";
import { moment, scriptedAgents, sharedClockMs } from "./scripted-agents.ts";
import type { Moment, ScriptedAgents } from "./scripted-agents.ts";
import { countStatements } from "./statement-count.ts";

const Job = z.object({
  home: z.string(),
  tasks: z.int(),
  parallel: z.int(),
  shape: z.enum(["layers", "chains"]),
  /** Least and most that an agent works. */
  workMs: z.tuple([z.number(), z.number()]),
  counts: z.boolean(),
});
type Job = z.output<typeof Job>;

const problem = (message: string, facts?: unknown): void => console.error(message, facts ?? "");

async function run(input: unknown) {
  const job = Job.parse(input);
  const store = await openStore({
    home: homeLayout({ AOMORI_HOME: job.home }),
    clock: { now: () => Date.now() },
    randomBytes,
  });
  const random = generator(7);
  const [least, most] = job.workMs;
  const agents = scriptedAgents(() => least + random() * (most - least));
  const log = { info: () => {}, warn: problem, error: problem };
  const lease = await takeLease(store, { version: "0.1.0", log });
  const engine = await startEngine({
    store,
    executorId: "local",
    clock: store.clock,
    random: { fraction: () => Math.random(), bytes: randomBytes },
    log,
    agents: agents.port,
    planner: { plan: () => Promise.reject(new Error("nothing is planned here")) },
    workspaces: memoryWorkspaces(),
    keys: { keysFor: () => ({}), remember: () => {}, forget: () => {} },
    limits: { global: job.parallel, perProject: job.parallel, perDriver: {} },
    heartbeatMs: 15_000,
    lost: lease.lost,
  });
  try {
    return await measure(job, store, engine, agents);
  } finally {
    await engine.close();
    await lease.close();
    await store.close();
  }
}

async function measure(job: Job, store: Store, engine: Engine, agents: ScriptedAgents) {
  const plan = (job.shape === "layers" ? layeredDag : chains)(job.tasks, job.parallel);
  const specId = await storePlannedSpec(store, plan, job.parallel);
  const count = job.counts ? countStatements(store) : undefined;
  const completedAtMs = new Map<string, number>();
  let taskTransactions = 0;
  let taskEvents = 0;
  const told = job.counts ? countEvents(store) : undefined;
  const ended = watchForEnd(store, completedAtMs, job.tasks, () => {
    taskTransactions = count?.transactions ?? 0;
    taskEvents = told?.events ?? 0;
  });
  const started = moment();
  engine.context.boards.watch(localOrgId, specId);
  engine.context.wake();
  const { tasksDone, merged } = await ended;
  await checkRun(store, specId, agents, job);
  const latenciesMs = await dispatchLatencies(store, specId, agents, completedAtMs);
  return {
    tasksMs: tasksDone.atMs - started.atMs,
    mergedMs: merged.atMs - started.atMs,
    tasksCpuMs: tasksDone.cpuMs - started.cpuMs,
    mergedCpuMs: merged.cpuMs - started.cpuMs,
    latenciesMs,
    ...(count === undefined || told === undefined
      ? {}
      : {
          counted: {
            ...(await countDurable(store)),
            taskTransactions,
            mergeTransactions: count.transactions - taskTransactions,
            taskEvents,
            mergeEvents: told.events - taskEvents,
            eventBytes: Math.round(told.bytes / told.events),
            statements: count.statements,
            dbosStatements: count.dbosStatements,
            slowest: [...count.byText]
              .sort(([, a], [, b]) => b.ms - a.ms)
              .slice(0, 40)
              .map(([text, one]) => ({ text: text.slice(0, 160), ...one })),
          },
        }),
  };
}

interface EventCount {
  events: number;
  /** Of their summaries and data. */
  bytes: number;
}

/** Counts what is told from now on. */
function countEvents(store: Store): EventCount {
  const count = { events: 0, bytes: 0 };
  store.events.onCommit(({ events }) => {
    count.events += events.length;
    for (const { summary, data } of events)
      count.bytes += summary.length + JSON.stringify(data).length;
  });
  return count;
}

function watchForEnd(
  store: Store,
  completedAtMs: Map<string, number>,
  tasks: number,
  onTasksDone: () => void,
): Promise<{ tasksDone: Moment; merged: Moment }> {
  return new Promise((resolve, reject) => {
    let tasksDone: Moment | undefined;
    const stop = store.events.onCommit(({ events }) => {
      const nowMs = sharedClockMs();
      for (const event of events) take(event, nowMs);
    });
    const take = ({ type, task_id: taskId, summary }: StoredEvent, nowMs: number): void => {
      if (type === "task.completed" && taskId !== undefined) completedAtMs.set(taskId, nowMs);
      if (completedAtMs.size === tasks && tasksDone === undefined) {
        tasksDone = moment();
        onTasksDone();
      }
      if (type === "spec.completed" && tasksDone !== undefined) {
        stop();
        resolve({ tasksDone, merged: moment() });
      }
      if (type === "spec.failed" || type === "task.failed") {
        stop();
        reject(new Error(`the run broke off: ${summary}`));
      }
    };
  });
}

/** What a user would see: everything done and merged once, never before its dependencies, never beyond the limit. */
async function checkRun(
  store: Store,
  specId: SpecId,
  agents: ScriptedAgents,
  job: Job,
): Promise<void> {
  const scope = store.scope(localOrgId);
  const rows = await listTaskRows(scope, specId);
  const undone = rows.filter((row) => row.status !== "completed" || row.mergeState !== "merged");
  if (rows.length !== job.tasks || undone.length > 0) {
    throw new Error(`${undone.length} of ${rows.length} tasks are not completed and merged`);
  }
  if (agents.startedAtMs.size !== job.tasks) throw new Error("not every task had its agent");
  if (agents.mostAtOnce > job.parallel) {
    throw new Error(`${agents.mostAtOnce} agents ran at once; the limit is ${job.parallel}`);
  }
  const seqOf = new Map<string, number>();
  const newest = await lastEventSeq(scope);
  for (let after = 0; after < newest;) {
    const page = await readEvents(scope, { after, limit: 1_000 });
    for (const event of page) seqOf.set(`${event.type} ${event.task_id ?? ""}`, event.seq);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  for (const { from, to } of await listEdges(scope, specId)) {
    const done = seqOf.get(`task.completed ${from}`) ?? Infinity;
    if ((seqOf.get(`task.assigned ${to}`) ?? 0) < done)
      throw new Error(`${to} began before ${from} was done`);
  }
}

/** From the commit that completed a task's last dependency to the call that starts its agent. */
async function dispatchLatencies(
  store: Store,
  specId: SpecId,
  agents: ScriptedAgents,
  completedAtMs: ReadonlyMap<string, number>,
): Promise<number[]> {
  const released = new Map<string, number>();
  for (const { from, to } of await listEdges(store.scope(localOrgId), specId)) {
    released.set(to, Math.max(released.get(to) ?? 0, completedAtMs.get(from) ?? 0));
  }
  return [...agents.startedAtMs].flatMap(([id, atMs]) => {
    const releasedAtMs = released.get(id);
    return releasedAtMs === undefined ? [] : [atMs - releasedAtMs];
  });
}

async function countDurable(
  store: Store,
): Promise<{ workflows: number; steps: number; mergeSteps: number }> {
  const { rows } = await store.pool.query<{
    workflows: number;
    steps: number;
    merge_steps: number;
  }>(
    `select (select count(*)::int from dbos.workflow_status) as workflows,
       (select count(*)::int from dbos.operation_outputs) as steps,
       (select count(*)::int from dbos.operation_outputs where workflow_uuid like '%/merge/%') as merge_steps`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the durable tables did not answer");
  return { workflows: row.workflows, steps: row.steps, mergeSteps: row.merge_steps };
}

answerParent({ run });
