import type { Benchmark } from "../benchmark.ts";
import { figure, percentile } from "../figure.ts";
import { runRounds } from "./rounds.ts";

const workMs = [500, 1_500] as const;

/** How long a free slot and a ready task wait for each other. */
export const dispatchLatency: Benchmark = {
  ids: ["dispatch-latency"],
  async run({ quick, tell }) {
    const load = { tasks: quick ? 75 : 300, parallel: 25, shape: "chains", workMs } as const;
    const { ours, raw } = await runRounds(load, quick ? 1 : 3, tell);
    for (const { latenciesMs } of [...ours, ...raw]) {
      if (latenciesMs.length !== load.tasks - load.parallel) {
        throw new Error(`${latenciesMs.length} of ${load.tasks - load.parallel} starts were seen`);
      }
    }
    return [
      figure({
        id: "dispatch-latency",
        unit: "ms, p95",
        about:
          `From the commit of task.completed to the call that starts the dependent's agent: ${load.tasks} tasks in 25 chains, ` +
          `25 agents at once that work ${workMs[0]} to ${workMs[1]} ms each; the floor is raw DBOS, with PGlite's own driver, from startWorkflow to the first step's body under the same load.`,
        target: { kind: "most", value: 50 },
        ours: ours.map(({ latenciesMs }) => percentile(latenciesMs, 0.95)),
        floor: raw.map(({ latenciesMs }) => percentile(latenciesMs, 0.95)),
      }),
    ];
  },
};
