import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadScenario, selfScenarioUrl } from "../../src/index.ts";
import { Workshop, plannedTasks } from "../playing.ts";

let dir: string;
let shop: Workshop;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "aomori-self-"));
  const here = join(import.meta.dirname, "../../../..");
  shop = new Workshop(join(dir, "clone"));
  await promisify(execFile)("git", ["clone", "--quiet", "--no-hardlinks", here, shop.root]);
});
afterAll(() => rm(dir, { recursive: true }));

test("its tasks add new files only, and the example's test passes", async () => {
  const scenario = await loadScenario(selfScenarioUrl);
  const start = (await shop.git("rev-parse", "HEAD")).trim();
  for (const task of plannedTasks(scenario)) await shop.implement(scenario, task);
  const changes = (await shop.git("diff", "--name-status", start, "HEAD")).trim().split("\n");
  expect(changes).toEqual([
    "A\tdocs/guides/line-count.md",
    "A\texamples/line-count/line-count.mjs",
    "A\texamples/line-count/line-count.test.mjs",
  ]);
  const { output } = await shop.command("node examples/line-count/line-count.mjs");
  expect(output).toMatch(/^testkit +\d+ +\d+$/m);
});
