import type { Benchmark } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { runRounds } from "./rounds.ts";

/** The engine on a wide graph of instant tasks: what it costs besides the durable workflows it is made of. */
export const engineDag: Benchmark = {
  ids: ["engine-dag", "engine-dag-by-connection", "engine-dag-by-events", "engine-dag-merged"],
  async run({ quick, tell }) {
    const load = {
      tasks: quick ? 100 : 1_000,
      parallel: 25,
      shape: "layers",
      workMs: [0, 0],
    } as const;
    const { work, ours, raw, connected, telling } = await runRounds(load, quick ? 1 : 3, tell, {
      withFloors: true,
    });
    const seconds = (times: typeof ours): number[] => times.map(({ tasksMs }) => tasksMs / 1_000);
    const what =
      `${load.tasks} tasks in layers of 25, 25 at once, agents that are done at once and worktrees in memory, ` +
      `against raw DBOS on an equal PGlite with PGlite's own driver`;
    const { workflows, steps, mergeSteps, taskTransactions, mergeTransactions } = work;
    const taskWork = `${load.tasks} workflows of ${(steps - mergeSteps) / load.tasks} steps and ${taskTransactions} transactions, each a begin, one small statement and a commit`;
    return [
      figure({
        id: "engine-dag",
        unit: "s",
        about: `From the first wake-up to the last task done: ${what} with ${taskWork}.`,
        target: { kind: "ratio_at_most", value: 1.5 },
        ours: seconds(ours),
        peer: seconds(raw),
      }),
      figure({
        id: "engine-dag-by-connection",
        unit: "s",
        about:
          "The same against raw DBOS that also goes through the store's own connection to PGlite, which hands over a statement at once and prepares what comes again.",
        target: { kind: "none" },
        ours: seconds(ours),
        floor: seconds(connected),
      }),
      figure({
        id: "engine-dag-by-events",
        unit: "s",
        about: `The same against raw DBOS through the store's connection whose transactions also write the ${work.taskEvents} events that the engine tells in them, of the same size, and none of the rows that it changes.`,
        target: { kind: "none" },
        ours: seconds(ours),
        floor: seconds(telling),
      }),
      figure({
        id: "engine-dag-merged",
        unit: "s",
        about:
          `The same until the spec is COMPLETE, every branch merged one by one: ${workflows} workflows, ${steps} steps, ` +
          `${taskTransactions + mergeTransactions} transactions on both sides.`,
        target: { kind: "ratio_at_most", value: 1.5 },
        ours: ours.map(({ mergedMs }) => mergedMs / 1_000),
        peer: raw.map(({ mergedMs }) => mergedMs / 1_000),
      }),
    ];
  },
};
