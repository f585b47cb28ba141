import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { exitCodes, signalExitCodes } from "@aomori/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Workshop, examples, goodSource } from "../mutants/workshop.ts";

interface Recipe {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
  readonly name: string;
}

const guide = await readFile(
  resolve(import.meta.dirname, "../../../../docs/machine-mode.md"),
  "utf8",
);

/** Every block of code with the block of text that follows it. */
const recipes: Recipe[] = [
  ...guide.matchAll(
    /^```(?<language>sh|ts|python)\n(?<code>[\s\S]*?)^```\n(?:\n```text\n(?<output>[\s\S]*?)^```$)?/gm,
  ),
].map(({ groups, index }) => {
  const { language = "", code = "", output } = groups ?? {};
  const name = `line ${guide.slice(0, index).split("\n").length}: ${code.split("\n")[0]}`;
  return { language, code, output, name };
});

const run = promisify(execFile);
let workshop: Workshop;
let count = 0;

beforeAll(async () => {
  workshop = await Workshop.open();
  const bin = join(workshop.folder, "bin");
  await mkdir(bin);
  await symlink(await workshop.make("python", await goodSource("python")), join(bin, "hello-aoi"));
  await symlink(await workshop.make("drawer", await goodSource("drawer")), join(bin, "drawer"));
  await symlink(join(examples, "ls-aoi.sh"), join(bin, "ls-aoi"));
  const notes = `#!/bin/sh
exec ${process.execPath} --conditions=aomori-source --no-warnings ${join(examples, "notes/notes.ts")} "$@"
`;
  await writeFile(join(bin, "notes"), notes, { mode: 0o755 });
});

afterAll(async () => workshop.close());

const programs: Readonly<Record<string, readonly [program: string, file: string]>> = {
  sh: ["bash", "recipe.sh"],
  ts: [process.execPath, "recipe.ts"],
  python: ["python3", "recipe.py"],
};

async function outputOf({ language, code }: Recipe): Promise<string> {
  count += 1;
  const folder = join(workshop.folder, `recipe-${count}`);
  await mkdir(folder);
  await copyFile(join(examples, "hello-aoi/fixture/apples.txt"), join(folder, "apples.txt"));
  const [program, file] = programs[language] ?? ["bash", "recipe.sh"];
  await writeFile(join(folder, file), code);
  const { stdout } = await run(program, [file], {
    cwd: folder,
    env: {
      PATH: `${join(workshop.folder, "bin")}:${process.env["PATH"]}`,
      HOME: folder,
      LANG: "C.UTF-8",
    },
    timeout: 50_000,
  });
  return stdout.replaceAll(/"elapsed_ms":\d+/g, '"elapsed_ms":0');
}

async function hasJq(): Promise<boolean> {
  try {
    await run("jq", ["--version"]);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

describe("the guide to machine mode", () => {
  test("says what each of its recipes prints", () => {
    expect(recipes.length).toBeGreaterThan(10);
    expect(recipes.filter(({ output }) => output === undefined)).toEqual([]);
    expect(guide.match(/^```\w/gm)?.length).toBe(recipes.length * 2);
  });

  test.concurrent.for(recipes)("$name", { timeout: 60_000 }, async (recipe, { expect, skip }) => {
    if (recipe.code.includes("jq") && !(await hasJq())) {
      skip("needs jq: not installed");
    }
    expect(await outputOf(recipe)).toBe(recipe.output);
  });

  test("has the exit status of every category", () => {
    const rows = guide.split("\n").filter((line) => /^\| \d/.test(line));
    for (const [category, status] of Object.entries(exitCodes)) {
      const row = rows.find((line) => line.includes(`\`${category}\``));
      expect(row, category).toMatch(new RegExp(`^\\| (?:\\d+, )*${status}\\b`));
    }
    for (const status of Object.values(signalExitCodes)) {
      expect(rows.some((line) => line.includes(String(status)))).toBe(true);
    }
  });
});
