import * as z from "zod";
import { BenchChild } from "../measuring/bench-child.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";

const engineFile = new URL("./engine-process.ts", import.meta.url);
const floorFile = new URL("./floor-process.ts", import.meta.url);

const Times = z.object({
  tasksMs: z.number(),
  mergedMs: z.number(),
  /** Of the processors, for a machine that has other things to do. */
  tasksCpuMs: z.number(),
  mergedCpuMs: z.number(),
  latenciesMs: z.array(z.number()),
});

const Work = z.object({
  workflows: z.int(),
  steps: z.int(),
  mergeSteps: z.int(),
  taskTransactions: z.int(),
  mergeTransactions: z.int(),
  taskEvents: z.int(),
  mergeEvents: z.int(),
  eventBytes: z.int(),
});
/** What the engine did, counted: the floor does as much. */
type Work = z.output<typeof Work>;

export interface Load {
  readonly tasks: number;
  readonly parallel: number;
  readonly shape: "layers" | "chains";
  readonly workMs: readonly [number, number];
}

export interface Rounds {
  readonly work: Work;
  readonly ours: readonly z.output<typeof Times>[];
  /** Raw DBOS on PGlite as it is published. */
  readonly raw: readonly z.output<typeof Times>[];
  /** The same through the store's own connection; none unless asked for, like the next. */
  readonly connected: readonly z.output<typeof Times>[];
  /** And with as many events in its transactions as ours. */
  readonly telling: readonly z.output<typeof Times>[];
}

/** Counts the engine's work once, then measures it and raw DBOS in turn, each time in a new process on a new store. */
export async function runRounds(
  load: Load,
  rounds: number,
  tell: (line: string) => void,
  { withFloors = false }: { readonly withFloors?: boolean } = {},
): Promise<Rounds> {
  const { counted: work } = await inChild(engineFile, { ...load, counts: true }, Counted);
  checkWork(work, load);
  const { workflows, steps, mergeSteps, taskTransactions, mergeTransactions } = work;
  tell(
    `${load.tasks} tasks: ${workflows} workflows, ${steps} steps (${mergeSteps} of the merge), ` +
      `${taskTransactions} and ${mergeTransactions} transactions, ${work.taskEvents + work.mergeEvents} events`,
  );
  const floorLoad = {
    tasks: load.tasks,
    parallel: load.parallel,
    workMs: load.workMs,
    stepsPerTask: (steps - mergeSteps) / load.tasks,
    taskTransactions,
    tailSteps: mergeSteps,
    tailTransactions: mergeTransactions,
  };
  const ours: z.output<typeof Times>[] = [];
  const raw: z.output<typeof Times>[] = [];
  const connected: z.output<typeof Times>[] = [];
  const telling: z.output<typeof Times>[] = [];
  const events = {
    ofTasks: work.taskEvents,
    ofTail: work.mergeEvents,
    sizeBytes: work.eventBytes,
  };
  for (let round = 0; round < rounds; round += 1) {
    const one = await inChild(engineFile, { ...load, counts: false }, Times);
    const other = await inChild(floorFile, { ...floorLoad, driver: "pglite" }, Times);
    if (withFloors) {
      const ofStore = { ...floorLoad, driver: "store" };
      connected.push(await inChild(floorFile, ofStore, Times));
      telling.push(await inChild(floorFile, { ...ofStore, events }, Times));
    }
    ours.push(one);
    raw.push(other);
    tell(
      `round ${round + 1}: tasks ${one.tasksMs.toFixed(0)} ms against ${other.tasksMs.toFixed(0)}, ` +
        `merged ${one.mergedMs.toFixed(0)} ms against ${other.mergedMs.toFixed(0)}; of the processors ` +
        `${(one.tasksCpuMs / other.tasksCpuMs).toFixed(2)} and ${(one.mergedCpuMs / other.mergedCpuMs).toFixed(2)} times as much`,
    );
  }
  return { work, ours, raw, connected, telling };
}

const Counted = z.object({ counted: Work });

function checkWork(work: Work, load: Load): void {
  const perTask = (work.steps - work.mergeSteps) / load.tasks;
  if (work.workflows !== load.tasks + 1 || !Number.isInteger(perTask)) {
    throw new Error(
      `${load.tasks} tasks took ${work.workflows} workflows of ${perTask} steps: something was run again`,
    );
  }
}

async function inChild<Schema extends z.ZodType>(
  file: URL,
  load: object,
  answer: Schema,
): Promise<z.output<Schema>> {
  await using home = await temporaryDirectory();
  await using child = new BenchChild(file);
  return await child.ask("run", { ...load, home: home.path }, answer);
}
