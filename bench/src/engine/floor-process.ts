/**
 * Raw DBOS on a store of the same kind: as many workflows, steps and transactions, with next to nothing in them, or with as many
 * events of the same size; through PGlite's own driver or through the store's.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import { durableApplication, localOrgId, openStore, pgliteStartParams } from "@aomori/store";
import { homeLayout, randomBytes } from "@aomori/system";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import * as z from "zod";
import { answerParent } from "../measuring/answer-parent.ts";
import { chains, generator } from "./layered-dag.ts";
import { moment, sharedClockMs } from "./scripted-agents.ts";

const Job = z.object({
  home: z.string(),
  tasks: z.int(),
  parallel: z.int(),
  stepsPerTask: z.int(),
  /** Of all tasks together, shared out evenly among their steps. */
  taskTransactions: z.int(),
  /** Of the one workflow that runs behind them all. */
  tailSteps: z.int(),
  tailTransactions: z.int(),
  /** Absent: a transaction writes one small row. */
  events: z.object({ ofTasks: z.int(), ofTail: z.int(), sizeBytes: z.int() }).optional(),
  workMs: z.tuple([z.number(), z.number()]),
  driver: z.enum(["pglite", "store"]),
});
type Job = z.output<typeof Job>;

interface TaskCall {
  readonly index: number;
  readonly workMs: number;
}

async function run(input: unknown) {
  const job = Job.parse(input);
  const store = await openPool(job);
  await store.pool.query(
    "create table floor (task int not null, step int not null, n int not null)",
  );
  const firstStepAtMs = new Map<number, number>();
  const workflows = registerWorkflows(store, job, firstStepAtMs);
  DBOS.setConfig({
    name: durableApplication.name,
    applicationVersion: durableApplication.version,
    systemDatabasePool: store.pool,
    systemDatabaseSchemaName: durableApplication.schema,
    executorID: "local",
    useListenNotify: false,
    logger: { info: () => {}, debug: () => {}, warn: console.error, error: console.error },
  });
  await DBOS.launch();
  try {
    const random = generator(7);
    const [least, most] = job.workMs;
    const started = moment();
    const latenciesMs = await runChains(job, async (index) => {
      const askedAtMs = sharedClockMs();
      await workflows.task({ index, workMs: least + random() * (most - least) });
      return (firstStepAtMs.get(index) ?? Infinity) - askedAtMs;
    });
    const tasksDone = moment();
    await workflows.tail();
    const merged = moment();
    await checkRows(store, job);
    return {
      tasksMs: tasksDone.atMs - started.atMs,
      mergedMs: merged.atMs - started.atMs,
      tasksCpuMs: tasksDone.cpuMs - started.cpuMs,
      mergedCpuMs: merged.cpuMs - started.cpuMs,
      latenciesMs,
    };
  } finally {
    await DBOS.shutdown();
    await store.close();
  }
}

interface OpenPool {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

async function openPool(job: Job): Promise<OpenPool> {
  const home = homeLayout({ AOMORI_HOME: job.home });
  const store = await openStore({ home, clock: { now: () => Date.now() }, randomBytes });
  if (job.driver === "store") return store;
  await store.close();
  const pglite = new PGlite({
    dataDir: home.databaseDirectory,
    startParams: [...pgliteStartParams],
  });
  const config = Object.assign(createPgConfig(pglite), { max: 1, idleTimeoutMillis: 0 });
  const pool = new pg.Pool(config);
  return { pool, close: () => pool.end().then(() => pglite.close()) };
}

/** Both resolve when their workflow is done. */
function registerWorkflows(store: OpenPool, job: Job, firstStepAtMs: Map<number, number>) {
  const task = DBOS.registerWorkflow(
    async ({ index, workMs }: TaskCall) => {
      for (let step = 0; step < job.stepsPerTask; step += 1) {
        const place = index * job.stepsPerTask + step;
        const places = job.tasks * job.stepsPerTask;
        const body = async () => {
          if (step === 0) firstStepAtMs.set(index, sharedClockMs());
          if (step === job.stepsPerTask - 1 && workMs > 0) await delay(workMs);
          const total = { transactions: job.taskTransactions, events: job.events?.ofTasks ?? 0 };
          await write(store, job, { task: index, step, counts: eventCounts(total, places, place) });
          return { kind: "done" };
        };
        await DBOS.runStep(body, { name: `step ${step}` });
      }
    },
    { name: "task", className: "floor" },
  );
  const tail = DBOS.registerWorkflow(
    async () => {
      for (let step = 0; step < job.tailSteps; step += 1) {
        const total = { transactions: job.tailTransactions, events: job.events?.ofTail ?? 0 };
        const counts = eventCounts(total, job.tailSteps, step);
        const body = () => write(store, job, { task: -1, step, counts });
        await DBOS.runStep(body, { name: `step ${step}` });
      }
    },
    { name: "tail", className: "floor" },
  );
  return {
    task: async (call: TaskCall): Promise<void> => {
      const options = { workflowID: `task/${call.index}` };
      await (await DBOS.startWorkflow(task, options)(call)).getResult();
    },
    tail: async (): Promise<void> => {
      await (await DBOS.startWorkflow(tail, { workflowID: "tail" })()).getResult();
    },
  };
}

/** As many at once as the engine may run, one behind the other in each chain; the first of each chain is no dependent. */
async function runChains(job: Job, start: (index: number) => Promise<number>): Promise<number[]> {
  const plan = chains(job.tasks, job.parallel);
  const latenciesMs: number[] = [];
  const heads = plan.flatMap(({ dependsOn }, index) => (dependsOn.length === 0 ? [index] : []));
  await Promise.all(
    heads.map(async (head) => {
      for (let index = head; index < plan.length; index += job.parallel) {
        const latencyMs = await start(index);
        if (index !== head) latenciesMs.push(latencyMs);
      }
    }),
  );
  return latenciesMs;
}

/** What one of `places` does when all of them do `total` together: from one number to the other. */
function share(total: number, places: number, place: number): { from: number; to: number } {
  const upTo = (end: number): number => Math.floor((total * end) / places);
  return { from: upTo(place), to: upTo(place + 1) };
}

/** How many events each transaction of a step writes. */
function eventCounts(
  total: { readonly transactions: number; readonly events: number },
  places: number,
  place: number,
): number[] {
  const { from, to } = share(total.transactions, places, place);
  return Array.from({ length: to - from }, (_, n) => {
    const events = share(total.events, total.transactions, from + n);
    return events.to - events.from;
  });
}

interface Work {
  readonly task: number;
  readonly step: number;
  /** Of events, one for each transaction. */
  readonly counts: readonly number[];
}

/** Transactions of one small statement each, or of two: the number of the last event, and the events. */
async function write(store: OpenPool, job: Job, { task, step, counts }: Work): Promise<void> {
  for (const [n, count] of counts.entries()) {
    const client = await store.pool.connect();
    try {
      await client.query("begin");
      if (count > 0) await writeEvents(client, count, job.events?.sizeBytes ?? 0, task);
      else
        await client.query({
          name: "floor",
          text: "insert into floor (task, step, n) values ($1, $2, $3)",
          values: [task, step, n],
        });
      await client.query("commit");
    } finally {
      client.release();
    }
  }
}

const idsOf = (task: number): string[] => ["prj_floor", "spc_floor", `TSK-${task}`, `agt_${task}`];

/** As PostgreSQL takes them fastest: one prepared statement of plain values. */
async function writeEvents(
  client: pg.PoolClient,
  count: number,
  sizeBytes: number,
  task: number,
): Promise<void> {
  const { rows } = await client.query<{ event_seq: string }>({
    name: "count",
    text: "update organizations set event_seq = event_seq + $1 where id = $2 returning event_seq",
    values: [count, localOrgId],
  });
  const last = Number(rows[0]?.event_seq);
  const at = new Date().toISOString();
  const values: (string | number)[] = [];
  const told = Array.from({ length: count }, (_, index) => {
    const seq = last - count + 1 + index;
    const data = JSON.stringify({ text: "x".repeat(sizeBytes) });
    const row = [localOrgId, seq, `evt_${seq}`, at, "floor.event", 1, ...idsOf(task), "told", data];
    return `(${row.map((value) => `$${values.push(value)}`).join(", ")})`;
  });
  await client.query({
    name: `tell ${count}`,
    text: `insert into events (org_id, seq, id, at, type, v, project_id, spec_id, task_id, agent_id, summary, data) values ${told.join(", ")}`,
    values,
  });
}

async function checkRows(store: OpenPool, job: Job): Promise<void> {
  const { rows } = await store.pool.query<{ rows: number; events: number; done: number }>(
    `select (select count(*)::int from floor) as rows, (select count(*)::int from events) as events,
       (select count(*)::int from dbos.workflow_status where status = 'SUCCESS') as done`,
  );
  const [found] = rows;
  const transactions = job.taskTransactions + job.tailTransactions;
  const isWritten =
    job.events === undefined
      ? found?.rows === transactions
      : found?.events === job.events.ofTasks + job.events.ofTail;
  if (!isWritten || found?.done !== job.tasks + 1) {
    throw new Error(
      `the floor wrote ${found?.rows} rows and ${found?.events} events in ${found?.done} workflows`,
    );
  }
}

answerParent({ run });
