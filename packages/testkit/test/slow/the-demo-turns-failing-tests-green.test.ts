import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSampleRepository, demoScenarioUrl, loadScenario } from "../../src/index.ts";
import type { Scenario, ScenarioTask } from "../../src/index.ts";
import { Workshop, entryOf, plannedTasks } from "../playing.ts";

let dir: string;
let shop: Workshop;
let scenario: Scenario;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "aomori-demo-"));
  shop = new Workshop((await createSampleRepository(join(dir, "pocketbook"))).path);
  scenario = await loadScenario(demoScenarioUrl);
});
afterEach(() => rm(dir, { recursive: true }));

function resolution(): ScenarioTask {
  const entry = scenario.tasks.find(({ kind }) => kind === "resolution");
  if (entry === undefined) throw new Error("no resolution");
  return entry;
}

/** Merges a branch; a conflict is resolved as the scenario says. Gives the conflicting paths. */
async function merge(branch: string): Promise<string[]> {
  const failed = await shop.git("merge", "--quiet", "--no-edit", branch).then(
    () => false,
    () => true,
  );
  if (!failed) return [];
  const paths = (await shop.git("diff", "--name-only", "--diff-filter=U")).trim().split("\n");
  await shop.play(resolution().implementation?.[0]?.calls);
  await shop.validate(resolution());
  await shop.git("add", "--all");
  await shop.git("commit", "--quiet", "--no-edit");
  return paths;
}

/** Each task on its own branch: those without dependencies from the first commit, the others from what is merged. */
async function runPlan(order: readonly string[]): Promise<string[]> {
  const tasks = order.map((id) => {
    const task = plannedTasks(scenario).find((candidate) => candidate.id === id);
    if (task === undefined) throw new Error(`no task ${id}`);
    return task;
  });
  const work = async (task: (typeof tasks)[number]): Promise<void> => {
    await shop.git("switch", "--quiet", "--create", task.id, "main");
    await shop.implement(scenario, task);
  };
  const first = tasks.filter((task) => task.dependencies.depends_on.length === 0);
  for (const task of first) await work(task);
  const conflicts: string[] = [];
  for (const task of tasks) {
    if (!first.includes(task)) await work(task);
    await shop.git("switch", "--quiet", "main");
    conflicts.push(...(await merge(task.id)));
  }
  return conflicts;
}

test("the tests that describe the features fail at first, the older ones pass", async () => {
  for (const name of ["tags", "recurring", "csv", "budget", "report", "cli", "public"]) {
    expect((await shop.command(`node --test test/${name}.test.js`)).status, name).toBe(1);
  }
  expect((await shop.command("node --test test/ledger.test.js")).status).toBe(0);
});

const ids = (...numbers: number[]): string[] => numbers.map((number) => `TSK-00${number}`);

describe.each([
  ["in plan order", ids(1, 2, 3, 4, 5, 6, 7)],
  ["with the other side first", ids(3, 2, 1, 5, 4, 6, 7)],
])("%s", (_name, order) => {
  test("the tasks meet one conflict, and after the last all tests pass", async () => {
    expect(await runPlan(order)).toEqual(["src/index.js"]);
    const { status, output } = await shop.command("npm test");
    expect(status, output).toBe(0);
  });
});

test("the steered report passes the same tests and puts the largest tag first", async () => {
  const steering = scenario.steering.at(0);
  const title = steering?.task_title ?? "";
  await shop.play(entryOf(scenario, "Read tags from memos").implementation?.[0]?.calls);
  const reaction = entryOf(scenario, title).implementation?.[0]?.on_steering?.[0];
  expect(steering?.instruction.toLowerCase()).toContain(reaction?.contains);
  await shop.play(reaction?.calls);
  const { monthlyReport } = await import(join(shop.root, "src/report.js"));
  const { parseLedger } = await import(join(shop.root, "src/parse.js"));
  const ledger = parseLedger("2026-03-01 a -1.00 #small\n2026-03-02 a -9.00 #large\n");
  expect(monthlyReport(ledger, "2026-03").byTag).toEqual([
    { tag: "large", spent: 900 },
    { tag: "small", spent: 100 },
  ]);
});

test("the plan has at least six tasks, three of them free at the start, and words for each", () => {
  const tasks = plannedTasks(scenario);
  expect(tasks.length).toBeGreaterThanOrEqual(6);
  expect(tasks.filter((task) => task.dependencies.depends_on.length === 0)).toHaveLength(3);
  for (const { title } of tasks) expect(entryOf(scenario, title).validation, title).toHaveLength(1);
  const calls = scenario.tasks.flatMap((entry) => entry.implementation?.[0]?.calls.flat() ?? []);
  expect(calls.filter((call) => call.tool === "report_discovery")).toHaveLength(1);
});

test("the sample is the same commit every time and refuses a directory in use", async () => {
  const again = await createSampleRepository(join(dir, "again"));
  expect(await shop.git("rev-parse", "HEAD")).toBe(`${again.commit}\n`);
  expect(await shop.git("status", "--porcelain")).toBe("");
  await expect(createSampleRepository(shop.root)).rejects.toMatchObject({
    code: "DIRECTORY_NOT_EMPTY",
  });
});
