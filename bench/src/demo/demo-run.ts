import { Client } from "@aomori/sdk";
import type { AomoriEvent, SpecId } from "@aomori/contract";
import {
  Scenario,
  createSampleRepository,
  demoScenarioUrl,
  loadScenario,
  startModelServer,
} from "@aomori/testkit";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { RunningServer, serverCommand } from "../server/running-server.ts";

const run = promisify(execFile);
const settleMs = 3_000;
const runDeadlineMs = 300_000;

interface Sample {
  readonly idleMib: number;
  readonly peakMib: number;
  readonly mergedMs: number;
  /** Test commands and agents' commands of the run, one after another. */
  readonly commandsMs: number;
}

/** The scenario of `aomori demo` with a model that answers at once. */
async function scenarioWithoutDelays(): Promise<Scenario> {
  const scenario = await loadScenario(fileURLToPath(demoScenarioUrl));
  const withoutDelays: unknown = JSON.parse(JSON.stringify(scenario), (key, value: unknown) =>
    key === "delay_ms" ? 0 : value,
  );
  return Scenario.parse(withoutDelays);
}

async function runDemo(): Promise<Sample> {
  await using home = await temporaryDirectory();
  const scenario = await scenarioWithoutDelays();
  if (scenario.spec === undefined) throw new Error("the demo's scenario has no spec");
  const repository = await createSampleRepository(join(home.path, "pocketbook"));
  await using models = await startModelServer({ scenario });
  await using server = await RunningServer.start(join(home.path, "home"));
  await delay(settleMs);
  const { nowMib: idleMib } = await server.memory();
  const client = new Client({ baseUrl: server.url, apiKey: server.apiKey });
  const startedAtMs = performance.now();
  const { id } = await client.specs.create({
    ...scenario.spec,
    repo: repository.path,
    agent: "builtin",
    model: "anthropic/demo",
    baseUrl: models.url,
    providerKeys: { anthropic: "bench-key" },
  });
  const spec = await client.specs.wait(id, { timeoutMs: runDeadlineMs });
  const mergedMs = performance.now() - startedAtMs;
  await checkMerged(join(home.path, "home"), spec.projectId, spec.integrationBranch, home.path);
  const { peakMib } = await server.memory();
  return { idleMib, peakMib, mergedMs, commandsMs: await commandsMs(client, id) };
}

/** The merged branch's own tests pass. */
async function checkMerged(
  home: string,
  projectId: string,
  branch: string,
  directory: string,
): Promise<void> {
  const checkout = join(directory, "merged");
  const clone = join(home, "clones", `${projectId}.git`);
  await run("git", ["clone", "--quiet", "--branch", branch, clone, checkout]);
  await run(process.execPath, ["--test"], { cwd: checkout });
}

async function commandsMs(client: Client, id: SpecId): Promise<number> {
  let sum = 0;
  for await (const event of client.specs.logs(id)) sum += gateMs(event);
  for await (const task of client.tasks.list({ specId: id })) {
    const result = await client.tasks.getResult(task.id);
    sum += result.testSummary?.durationMs ?? 0;
  }
  return sum;
}

const isGate = (event: AomoriEvent): event is AomoriEvent & AomoriEvent<"merge.gate"> =>
  event.type === "merge.gate";

const gateMs = (event: AomoriEvent): number =>
  isGate(event) ? event.data.testSummary.durationMs : 0;

/** A described change becomes merged code: how long, and how much memory the server takes for it. */
export const demoRun: Benchmark = {
  ids: ["server-memory-idle", "server-memory-peak", "time-to-merged"],
  async run({ quick, tell }) {
    const samples: Sample[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      const sample = await runDemo();
      samples.push(sample);
      const { idleMib, peakMib, mergedMs } = sample;
      tell(
        `idle ${idleMib.toFixed(0)} MiB, peak ${peakMib.toFixed(0)} MiB, merged in ${(mergedMs / 1_000).toFixed(1)} s`,
      );
    }
    const { from } = serverCommand();
    return [
      figure({
        id: "server-memory-idle",
        unit: "MiB",
        about: `What the server's process holds (VmRSS) three seconds after its first start, run from ${from}.`,
        target: { kind: "most", value: 250 },
        ours: samples.map(({ idleMib }) => idleMib),
      }),
      figure({
        id: "server-memory-peak",
        unit: "MiB",
        about:
          "The most it has held (VmHWM) when the demo's spec is merged; the builtin agents' loops run in it, their commands do not.",
        target: { kind: "most", value: 350 },
        ours: samples.map(({ peakMib }) => peakMib),
      }),
      figure({
        id: "time-to-merged",
        unit: "s",
        about:
          "From creating the demo's spec to its merged and green branch, with a model that answers at once; the floor is the time its test commands took, one after another.",
        target: { kind: "none" },
        ours: samples.map(({ mergedMs }) => mergedMs / 1_000),
        floor: samples.map((sample) => sample.commandsMs / 1_000),
      }),
    ];
  },
};
