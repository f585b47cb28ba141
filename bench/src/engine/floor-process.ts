/** Raw DBOS on a store of the same kind: as many workflows, steps and transactions, with nothing else in them. */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { durableApplication, openStore } from "@aomori/store";
import type { Store } from "@aomori/store";
import { homeLayout, randomBytes } from "@aomori/system";
import { setTimeout as delay } from "node:timers/promises";
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
  workMs: z.tuple([z.number(), z.number()]),
});
type Job = z.output<typeof Job>;

interface TaskCall {
  readonly index: number;
  readonly workMs: number;
}

async function run(input: unknown) {
  const job = Job.parse(input);
  const store = await openStore({
    home: homeLayout({ AOMORI_HOME: job.home }),
    clock: { now: () => Date.now() },
    randomBytes,
  });
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

/** Both resolve when their workflow is done. */
function registerWorkflows(store: Store, job: Job, firstStepAtMs: Map<number, number>) {
  const task = DBOS.registerWorkflow(
    async ({ index, workMs }: TaskCall) => {
      for (let step = 0; step < job.stepsPerTask; step += 1) {
        const place = index * job.stepsPerTask + step;
        const transactions = share(job.taskTransactions, job.tasks * job.stepsPerTask, place);
        const body = async () => {
          if (step === 0) firstStepAtMs.set(index, sharedClockMs());
          if (step === job.stepsPerTask - 1 && workMs > 0) await delay(workMs);
          await write(store, index, step, transactions);
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
        const transactions = share(job.tailTransactions, job.tailSteps, step);
        await DBOS.runStep(() => write(store, -1, step, transactions), { name: `step ${step}` });
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

/** What one of `places` does when all of them do `total` together. */
const share = (total: number, places: number, place: number): number =>
  Math.floor((total * (place + 1)) / places) - Math.floor((total * place) / places);

/** Transactions of one small statement each. */
async function write(
  store: Store,
  task: number,
  step: number,
  transactions: number,
): Promise<void> {
  for (let n = 0; n < transactions; n += 1) {
    const client = await store.pool.connect();
    try {
      await client.query("begin");
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

async function checkRows(store: Store, job: Job): Promise<void> {
  const { rows } = await store.pool.query<{ rows: number; done: number }>(
    `select (select count(*)::int from floor) as rows,
       (select count(*)::int from dbos.workflow_status where status = 'SUCCESS') as done`,
  );
  const wanted = job.taskTransactions + job.tailTransactions;
  if (rows[0]?.rows !== wanted || rows[0].done !== job.tasks + 1) {
    throw new Error(
      `the floor wrote ${rows[0]?.rows} rows in ${rows[0]?.done} workflows, not ${wanted}`,
    );
  }
}

answerParent({ run });
