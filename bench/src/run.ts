/** Runs the benchmarks and writes what they found: `npm run bench [-- --only ID] [--quick]`. */
import { parseArgs } from "node:util";
import type { Benchmark } from "./benchmark.ts";
import { cliStart } from "./cli/cli-start.ts";
import { demoRun } from "./demo/demo-run.ts";
import { dispatching } from "./plugins/dispatching.ts";
import { dispatchLatency } from "./engine/dispatch-latency.ts";
import { engineDag } from "./engine/engine-dag.ts";
import type { MeasuredFigure } from "./figure.ts";
import { gitTask } from "./git/git-task.ts";
import { httpGet } from "./http/http-get.ts";
import { wrappedListing } from "./machinemode/wrapped-listing.ts";
import { describeMachine, describeVersions } from "./machine.ts";
import { writeResults } from "./results-file.ts";
import { emitting } from "./protocol/emitting.ts";
import { reading } from "./protocol/reading.ts";
import { serverStart } from "./server/server-start.ts";
import { sseFanout } from "./sse/sse-fanout.ts";

const benchmarks: readonly Benchmark[] = [
  engineDag,
  dispatchLatency,
  gitTask,
  serverStart,
  demoRun,
  sseFanout,
  httpGet,
  cliStart,
  emitting,
  reading,
  wrappedListing,
  dispatching,
];

const order = benchmarks.flatMap((benchmark) => benchmark.ids);
const tell = (line: string): void => console.error(line);

function chosen(only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return benchmarks;
  const found = benchmarks.filter((benchmark) => benchmark.ids.includes(only));
  if (found.length > 0) return found;
  throw new Error(`there is no figure ${only}; there are ${order.join(", ")}`);
}

function line({ id, unit, ours, floor, peer, ratio, target, met }: MeasuredFigure): string {
  const against = floor ?? peer;
  const sides = against === undefined ? `${ours}` : `${ours} against ${against}`;
  const by = ratio === undefined ? "" : `, ratio ${ratio}`;
  const judged = target === "none" ? "told only" : `target ${target}: ${met ? "met" : "NOT MET"}`;
  return `${id}: ${sides} ${unit}${by}, ${judged}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: "string" }, quick: { type: "boolean", default: false } },
  });
  const { only, quick } = values;
  const [machine, versions] = [describeMachine(), describeVersions()];
  const date = new Date().toISOString().slice(0, 10);
  for (const benchmark of chosen(only)) {
    const missing = benchmark.missing?.();
    if (missing !== undefined) {
      tell(`skipped ${benchmark.ids.join(", ")}: ${missing}`);
      continue;
    }
    const figures = await benchmark.run({ quick, tell });
    for (const figure of figures) console.log(line(figure));
    if (quick) continue;
    await writeResults(
      figures.map((figure) => ({ ...figure, machine, date, versions })),
      order,
    );
  }
  if (quick) tell("quick: nothing was written");
}

await main();
