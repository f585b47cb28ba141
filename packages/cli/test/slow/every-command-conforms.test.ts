import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lint, replay } from "@aomori/aoi-lint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, events } from "../run-cli.ts";
import { Desk } from "../run-here.ts";
import type { Capability, CommandRecipe } from "./command-recipes.ts";
import { recipeOf } from "./command-recipes.ts";
import type { World } from "./walk-world.ts";
import { makeWorld } from "./walk-world.ts";

/** What the kernel does for every command alike, and these are asked for all: one of each kind of answer. */
const askedForAll: readonly string[] = ["whoami", "task list", "spec logs"];
const ofTheKernel = ["DISC-001", "DISC-002", "DISC-003", "DISC-004", "DISC-005", "RED", "IN"];
/** What must have been looked at: a walk that verifies nothing is red. */
const verified = ["META-001", "META-002", "SUM-001", "SUM-007", "ERR-001", "EXIT-001"];

const capabilities = await readCapabilities();
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

async function readCapabilities(): Promise<readonly Capability[]> {
  using desk = new Desk();
  return ((await desk.json(["capabilities"])) as { commands: Capability[] }).commands;
}

const recipeFor = (capability: Capability): CommandRecipe => {
  const recipe = recipeOf(capability, world);
  if (recipe !== undefined) return recipe;
  throw new Error(`"${capability.name}" has no recipe; add one to command-recipes.ts`);
};

test("the walk knows every command", () => {
  expect(capabilities.length).toBeGreaterThan(60);
  const unknown = capabilities.filter((capability) => recipeOf(capability, world) === undefined);
  expect(unknown.map(({ name }) => name)).toEqual([]);
});

describe("in success and in failure, by profile strict, conforms", () => {
  test.each(capabilities.map((capability) => [capability.name, capability] as const))(
    "%s",
    async (name, capability) => {
      const { argv, recipe, skip = [], only, program = world.program } = recipeFor(capability);
      const shared = askedForAll.includes(name) ? [] : ofTheKernel;
      const failed: string[] = [];
      const passed = new Set<string>();
      const checks = lint({
        argv: [program, ...argv],
        toolWordCount: 1,
        cwd: world.folder,
        environment: process.env,
        profile: "strict",
        recipe,
        deadlineMs: 60_000,
        ...(only === undefined ? {} : { rules: only }),
        skip: [...shared, ...skip],
      });
      for await (const { rule, verdict, severity, findings } of checks) {
        if (verdict === "passed") passed.add(rule);
        if (verdict !== "failed" || severity === "info") continue;
        for (const { message, reproduce } of findings)
          failed.push(`${rule}: ${message} | ${reproduce}`);
      }
      expect(failed).toEqual([]);
      expect([...passed]).toEqual(expect.arrayContaining(verified));
    },
  );
});

test("the demo's stream of a success conforms, as it was recorded", async () => {
  const path = join(world.folder, "..", "demo.jsonl");
  writeFileSync(path, world.demoStream);
  const verdicts = new Map<string, string>();
  for await (const { rule, verdict, findings } of replay({ path, exitCode: 0, profile: "strict" }))
    verdicts.set(rule, findings[0]?.message ?? verdict);
  const failed = [...verdicts].filter(([, told]) => !["passed", "not_verified"].includes(told));
  expect(failed).toEqual([]);
  for (const rule of ["STR-001", "STR-002", "META-001", "SUM-001", "SUM-003", "EXIT-001"])
    expect([rule, verdicts.get(rule)]).toEqual([rule, "passed"]);
});

describe("interrupted while the server keeps it waiting, ends honestly", () => {
  test.each(capabilities.map((capability) => [capability.name, capability] as const))(
    "%s",
    async (_, capability) => {
      const { argv, asksServer, program = world.program, recipe } = recipeFor(capability);
      if (!asksServer) return;
      const asked = world.asked();
      const child = spawn(program, argv, {
        cwd: world.folder,
        env: { PATH: process.env["PATH"], ...recipe.env, AOMORI_API_URL: world.deafUrl },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const over = ended(child);
      await asked;
      child.kill("SIGINT");
      const { status, stdout } = await over;
      const all = events(stdout);
      expect(status).toBe(130);
      expect(all.map(({ type }) => type)).toEqual(["aoi:meta", "aoi:error", "aoi:summary"]);
      expect(all[1]).toMatchObject({ category: "cancelled" });
      expect(all[2]).toMatchObject({ ok: false, partial: true, count: 0, error_count: 1 });
    },
  );
});
