import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventTypes } from "@aomori/contract";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { DemoWorld } from "./demo-world.ts";
import { expectNoOrphans, expectSoundStore, expectWhole } from "./wreckage.ts";

interface Kill {
  readonly point: string;
  readonly livedMs: number;
}

const steps = ["move", "attempt", "settle", "materialise", "begin", "work", "validate", "finish"];
const mergeSteps = ["open", "merge", "conclude"];
const boundaries = [
  ...eventTypes,
  ...[...steps, ...mergeSteps].map((name) => `step ${name}`),
  "workflow start",
].flatMap((name) => [`${name}:before`, `${name}:after`]);

function table(kills: readonly Kill[]): string {
  const lines = kills.map(({ point, livedMs }) => `${String(livedMs).padStart(6)} ms  ${point}`);
  return lines.join("\n");
}

/** What a run that nobody disturbs tells; every one of these is a boundary at which the server must be killed. */
const mustBeHit = [
  "spec.created",
  "phase.started",
  "phase.evaluated",
  "phase.retrying",
  "phase.advanced",
  "ticket.created",
  "task.created",
  "spec.running",
  "task.assigned",
  "task.started",
  "agent.started",
  "agent.output",
  "agent.tool_call",
  "agent.tool_result",
  "agent.completed",
  "agent.failed",
  "validation.started",
  "validation.passed",
  "task.completed",
  "discovery.created",
  "spec.merging",
  "merge.started",
  "merge.scored",
  "merge.merged",
  "merge.gate",
  "merge.conflict",
  "merge.resolved",
  "merge.completed",
  "spec.completed",
];

it("completes a demo run although it is killed at every boundary it has", async () => {
  await using world = await DemoWorld.create();
  const points = new Set(boundaries);
  const file = join(world.directory, "points");
  const kills: Kill[] = [];
  const hit = new Set<string>();
  for (;;) {
    await writeFile(file, [...points].join("\n"));
    const startedMs = Date.now();
    await using server = world.serve({ env: { AOMORI_KILL_FILE: file } });
    const end = await world.play(server);
    if (end === "over") {
      const events = await expectWhole(world, server);
      await server.kill("SIGTERM");
      await expectSoundStore(server);
      console.log(`${kills.length} kills, ${events} events\n${table(kills)}`);
      break;
    }
    await server.ended;
    const point = await readFile(`${file}.hit`, "utf8").catch(() => undefined);
    if (point === undefined) throw new Error(`the server died by itself:\n${server.stderr}`);
    await rm(`${file}.hit`);
    const reached = point.split("\n");
    const own = reached.find((name) => points.has(name));
    if (own === undefined) throw new Error(`nobody asked for ${point}`);
    points.delete(own);
    for (const name of reached) hit.add(name);
    kills.push({ point: own, livedMs: Date.now() - startedMs });
    await expectNoOrphans(world.home);
  }
  const missed = mustBeHit
    .flatMap((name) => [`${name}:before`, `${name}:after`])
    .filter((point) => !hit.has(point));
  expect(missed).toEqual([]);
});

/** The same numbers every time, so that a failure can be run again. */
function* numbersFrom(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

it("completes a demo run although it is killed forty times at moments nobody chose", async () => {
  await using world = await DemoWorld.create();
  const random = numbersFrom(20_261_120);
  const kills: Kill[] = [];
  for (;;) {
    const startedMs = Date.now();
    await using server = world.serve();
    const end =
      kills.length < 40 ? Promise.race([world.play(server), killAtRandom()]) : world.play(server);
    async function killAtRandom(): Promise<"died"> {
      // From the first moments of a start to well into the work.
      await sleep(300 + 3_500 * (random.next().value ?? 0));
      await server.kill();
      return "died";
    }
    if ((await end) === "over") {
      const events = await expectWhole(world, server);
      await server.kill("SIGTERM");
      await expectSoundStore(server);
      console.log(`${kills.length} kills, ${events} events\n${table(kills)}`);
      return;
    }
    await server.kill();
    kills.push({ point: "random", livedMs: Date.now() - startedMs });
    await expectNoOrphans(world.home);
  }
});
