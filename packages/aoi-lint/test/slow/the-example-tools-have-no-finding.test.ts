import { execFile } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Check } from "../../src/lint.ts";
import { lint } from "../../src/lint.ts";
import { inProfile, profiles } from "../../src/profile.ts";
import type { Recipe } from "../../src/recipe.ts";
import { readRecipe } from "../../src/recipe.ts";
import { rules } from "../../src/rules/table.ts";
import { plainSearch, save, shout, tick, usualArgv } from "../mutants/mutant.ts";
import { Workshop, examples, goodSource, recipes } from "../mutants/workshop.ts";

let workshop: Workshop;

beforeAll(async () => {
  workshop = await Workshop.open();
});

afterAll(async () => workshop.close());

interface Case {
  readonly name: string;
  readonly tool: () => Promise<string>;
  readonly argv: readonly string[];
  readonly recipe: string;
  readonly needsJq?: boolean;
  /** Looked at with another command of the same tool. */
  readonly skip?: readonly string[];
}

const lsRecipe = join(examples, "ls-aoi.lint.json");

const cases: Case[] = [
  ...(["python", "typescript"] as const).flatMap((language): Case[] => {
    const tool = async (): Promise<string> => workshop.make(language, await goodSource(language));
    const recipe = recipes[language];
    const input = ["IN", "PIPE"];
    return [
      { name: `${language} search`, tool, argv: plainSearch, recipe, skip: input },
      { name: `${language} shout`, tool, argv: shout, recipe },
      { name: `${language} save`, tool, argv: save, recipe },
      { name: `${language} tick`, tool, argv: tick, recipe, skip: input },
    ];
  }),
  ...["put", "remove"].map((command): Case => ({
    name: `drawer ${command}`,
    tool: async () => workshop.make("drawer", await goodSource("drawer")),
    argv: command === "put" ? usualArgv.drawer : ["remove", "old", "--yes"],
    recipe: recipes.drawer,
  })),
  {
    name: "shell search",
    tool: async () => workshop.make("shell", await goodSource("shell")),
    argv: plainSearch,
    recipe: recipes.shell,
    needsJq: true,
  },
  {
    name: "ls-aoi list",
    tool: () => Promise.resolve(join(examples, "ls-aoi.sh")),
    argv: ["list", "--output", "jsonl"],
    recipe: lsRecipe,
    needsJq: true,
  },
];

test("the profile linted here has every rule of every other", () => {
  for (const rule of rules) {
    for (const profile of profiles) {
      if (inProfile(rule, profile)) expect(inProfile(rule, "proposed"), rule.id).toBe(true);
    }
  }
});

function checksOf(tried: Case, tool: string, recipe: Recipe, only?: string): AsyncIterable<Check> {
  return lint({
    argv: [tool, ...tried.argv],
    cwd: workshop.folder,
    environment: process.env,
    profile: "proposed",
    recipe,
    allowWrites: true,
    ...(tried.skip === undefined ? {} : { skip: tried.skip }),
    ...(only === undefined ? {} : { rules: [only] }),
  });
}

/** A busy machine is late in ways no tool can help: what counts is a finding that comes again each time. */
const repeats = 3;
/** Judged by the clock alone, so worth nothing where every process waits for its turn. */
const clocked = ["DISC-005", "SUM-006"];
const isBusy = (): boolean => (loadavg()[0] ?? 0) > availableParallelism() * 2;

test.for(cases)("$name has no finding under any rule", async (tried, { skip }) => {
  if (tried.needsJq === true && !(await hasJq())) skip("needs jq: not installed");
  const tool = await tried.tool();
  const recipe = await readRecipe(tried.recipe);
  const suspects: string[] = [];
  let passedCount = 0;
  for await (const check of checksOf(tried, tool, recipe)) {
    if (check.verdict === "passed") passedCount += 1;
    if (check.verdict === "failed") suspects.push(check.rule);
  }
  const findings: string[] = [];
  for (const rule of suspects) {
    let seen: readonly string[] = [];
    for (let count = 0; count < repeats && (count === 0 || seen.length > 0); count += 1) {
      for await (const check of checksOf(tried, tool, recipe, rule)) {
        seen = check.findings.map(({ message }) => `${rule}: ${message}`);
      }
    }
    if (!(clocked.includes(rule) && isBusy())) findings.push(...seen);
  }
  expect(findings).toEqual([]);
  expect(passedCount + suspects.length).toBeGreaterThan(40);
});

async function hasJq(): Promise<boolean> {
  try {
    await promisify(execFile)("jq", ["--version"]);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
