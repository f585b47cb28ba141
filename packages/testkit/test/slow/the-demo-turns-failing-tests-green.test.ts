import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSampleRepository, demoScenarioUrl, loadScenario } from "../../src/index.ts";
import type { Scenario, ScenarioCall } from "../../src/index.ts";

const run = promisify(execFile);
const testTimeoutMs = 60_000;

let dir: string;
let repository: string;
let scenario: Scenario;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "aomori-demo-"));
  repository = (await createSampleRepository(join(dir, "pocketbook"))).path;
  scenario = await loadScenario(demoScenarioUrl);
});
afterEach(() => rm(dir, { recursive: true }));

interface PlannedTask {
  readonly id: string;
  readonly title: string;
  readonly files_to_create: readonly string[];
  readonly files_to_modify: readonly string[];
  readonly dependencies: { readonly depends_on: readonly string[] };
}

function plannedTasks(): PlannedTask[] {
  const plan = scenario.phases.TASKS?.at(-1)?.artefact as { tasks: PlannedTask[] };
  return plan.tasks;
}

async function git(...args: string[]): Promise<string> {
  const name = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
  const { stdout } = await run("git", [...name, ...args], { cwd: repository });
  return stdout;
}

/** Runs a command as an agent's tool would: its output and exit status. */
async function command(text: string): Promise<{ status: number; output: string }> {
  const [file = "", ...args] = text.split(" ");
  const program = file === "node" ? process.execPath : file;
  const env = { PATH: process.env["PATH"] };
  return await run(program, args, { cwd: repository, env }).then(
    ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => {
      return { status: error.code, output: error.stdout + error.stderr };
    },
  );
}

async function allTests(): Promise<{ status: number; output: string }> {
  return await command("node --test");
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

/** Does what one call says to the working tree; gives what the tool would answer. */
async function apply({ tool, input }: ScenarioCall): Promise<string> {
  const path = (): string => join(repository, text(input["path"]));
  switch (tool) {
    case "read_file":
      return await readFile(path(), "utf8");
    case "write_file":
      await writeFile(path(), text(input["content"]));
      return "written";
    case "edit_file": {
      const before = await readFile(path(), "utf8");
      const old = text(input["old_text"]);
      expect(before.split(old), `${text(input["path"])} holds the old text once`).toHaveLength(2);
      await writeFile(
        path(),
        before.replace(old, () => text(input["new_text"])),
      );
      return "edited";
    }
    case "run_command": {
      const { status, output } = await command(text(input["command"]));
      expect(status, output).toBe(0);
      return output;
    }
    default:
      return "noted";
  }
}

type Calls = readonly (ScenarioCall | ScenarioCall[])[];

/** Applies a script's calls in order; gives the paths it wrote and the last answer. */
async function play(calls: Calls): Promise<{ written: string[]; last: string }> {
  const written = new Set<string>();
  let last = "";
  for (const call of calls.flat()) {
    last = await apply(call);
    if (call.tool === "write_file" || call.tool === "edit_file") {
      written.add(text(call.input["path"]));
    }
  }
  return { written: [...written].sort(), last };
}

function entryOf(title: string): Scenario["tasks"][number] {
  const entry = scenario.tasks.find((candidate) => candidate.title === title);
  if (entry === undefined) throw new Error(`no entry for ${title}`);
  return entry;
}

/** The tests an agent ran last pass for the validator as well, and its condition holds on their output. */
async function validate(entry: Scenario["tasks"][number]): Promise<void> {
  const validation = entry.validation?.[0];
  const { last } = await play(validation?.calls ?? []);
  expect(last).toMatch(new RegExp(validation?.accept_if_result_matches ?? "^never$", "m"));
}

async function implement(task: PlannedTask): Promise<void> {
  const entry = entryOf(task.title);
  const { written } = await play(entry.implementation?.[0]?.calls ?? []);
  expect(written, task.title).toEqual([...task.files_to_create, ...task.files_to_modify].sort());
  await validate(entry);
  await git("add", "--all");
  await git("commit", "--quiet", "-m", task.title);
}

const resolution = (): Scenario["tasks"][number] => {
  const entry = scenario.tasks.find(({ kind }) => kind === "resolution");
  if (entry === undefined) throw new Error("no resolution");
  return entry;
};

/** Works on each task in its own branch and merges in this order, as the engine would. */
async function runPlan(order: readonly string[]): Promise<string[]> {
  const conflicts: string[] = [];
  const tasks = new Map(plannedTasks().map((task) => [task.id, task]));
  const first = order.filter((id) => tasks.get(id)?.dependencies.depends_on.length === 0);
  for (const id of first) {
    await git("switch", "--quiet", "--create", id, "main");
    await implement(tasks.get(id)!);
  }
  for (const id of order) {
    if (!first.includes(id)) {
      await git("switch", "--quiet", "--create", id, "main");
      await implement(tasks.get(id)!);
    }
    await git("switch", "--quiet", "main");
    const merged = await git("merge", "--quiet", "--no-edit", id).catch(() => "conflict");
    if (merged !== "conflict") continue;
    conflicts.push(...(await git("diff", "--name-only", "--diff-filter=U")).trim().split("\n"));
    await play(resolution().implementation?.[0]?.calls ?? []);
    await validate(resolution());
    await git("add", "--all");
    await git("commit", "--quiet", "--no-edit");
  }
  return conflicts;
}

test("the tests that describe the features fail at first, the older ones pass", async () => {
  const { status, output } = await allTests();
  expect(status).toBe(1);
  for (const name of ["tags", "recurring", "csv", "budget", "report", "cli", "public"]) {
    expect((await command(`node --test test/${name}.test.js`)).status, name).toBe(1);
    expect(output).toContain(name);
  }
  expect((await command("node --test test/ledger.test.js")).status).toBe(0);
});

describe.each([
  ["plan order", ["TSK-001", "TSK-002", "TSK-003", "TSK-004", "TSK-005", "TSK-006", "TSK-007"]],
  [
    "the other side first",
    ["TSK-003", "TSK-002", "TSK-001", "TSK-005", "TSK-004", "TSK-006", "TSK-007"],
  ],
])("%s", (_name, order) => {
  test(
    "the tasks meet one conflict, and after the last all tests pass",
    { timeout: testTimeoutMs },
    async () => {
      expect(await runPlan(order)).toEqual(["src/index.js"]);
      const { status, output } = await allTests();
      expect(status, output).toBe(0);
    },
  );
});

test("the steered report passes the same tests and puts the largest tag first", async () => {
  const { task_title, instruction } = scenario.steering[0]!;
  await play(entryOf("Read tags from memos").implementation?.[0]?.calls ?? []);
  const entry = entryOf(task_title).implementation?.[0];
  const reaction = entry?.on_steering?.[0];
  expect(instruction.toLowerCase()).toContain(reaction?.contains);
  await play(reaction?.calls ?? []);
  const source =
    'import { monthlyReport } from "./src/report.js"; import { parseLedger } from "./src/parse.js"; console.log(monthlyReport(parseLedger("2026-03-01 a -1.00 #small\\n2026-03-02 a -9.00 #large\\n"), "2026-03").byTag.map((row) => row.tag).join());';
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", source], {
    cwd: repository,
  });
  expect(stdout.trim()).toBe("large,small");
});

test("the plan has at least six tasks, three of them free at the start, and words for each", () => {
  const tasks = plannedTasks();
  expect(tasks.length).toBeGreaterThanOrEqual(6);
  expect(tasks.filter((task) => task.dependencies.depends_on.length === 0)).toHaveLength(3);
  for (const task of tasks) expect(entryOf(task.title).validation, task.title).toHaveLength(1);
  const calls = scenario.tasks.flatMap((entry) => entry.implementation?.[0]?.calls.flat() ?? []);
  expect(calls.filter((call) => call.tool === "report_discovery")).toHaveLength(1);
});

test("the sample is the same commit every time and refuses a directory in use", async () => {
  const again = await createSampleRepository(join(dir, "again"));
  expect(await git("rev-parse", "HEAD")).toBe(`${again.commit}\n`);
  expect(await git("status", "--porcelain")).toBe("");
  await expect(createSampleRepository(repository)).rejects.toMatchObject({
    code: "DIRECTORY_NOT_EMPTY",
  });
});
