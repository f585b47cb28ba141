import { loadScenario, selfScenarioUrl } from "@aomori/testkit";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { followSpec, openWorkshop } from "./workshop.ts";

const here = fileURLToPath(new URL("..", import.meta.url));
const testCommand = ["node", "--test", "examples/line-count/line-count.test.mjs"];

const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", args, { cwd, encoding: "utf8" }).trim();

test("a spec on a clone of this repository is planned, built, merged and moved into a branch", async () => {
  const scenario = await loadScenario(selfScenarioUrl);
  await using workshop = await openWorkshop(scenario);
  const { client, directory, models } = workshop;
  const repo = join(directory, "aomori");
  git(directory, "clone", "--quiet", "--no-hardlinks", here, repo);
  const base = git(repo, "rev-parse", "HEAD");
  const created = await client.specs.create({
    title: scenario.spec?.title ?? "",
    description: scenario.spec?.description ?? "",
    repo,
    model: "openai/scripted",
    baseUrl: `${models.url}/v1`,
    settings: { testCommand, setupCommand: [], attemptBackoffMs: 10 },
  });
  const { spec } = await followSpec(client, created);
  expect(spec).toMatchObject({ status: "completed", phase: "COMPLETE" });
  expect(git(repo, "status", "--porcelain")).toBe("");
  expect(git(repo, "rev-parse", "HEAD")).toBe(base);

  const moved = await client.dag.mergeInto(spec.id, "line-count");
  expect(moved).toMatchObject({ kind: "created", branch: "line-count" });
  git(repo, "checkout", "--quiet", "line-count");
  const changed = git(repo, "diff", "--name-status", base, "HEAD").split("\n");
  expect(changed.length).toBeGreaterThanOrEqual(3);
  expect(changed.every((line) => line.startsWith("A\t"))).toBe(true);
  execFileSync(testCommand[0] ?? "", testCommand.slice(1), { cwd: repo });
  expect(workshop.errors).toEqual([]);
});
