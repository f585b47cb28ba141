import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { Scenario, ScenarioCall, ScenarioTask } from "../src/index.ts";

const run = promisify(execFile);

export interface PlannedTask {
  readonly id: string;
  readonly title: string;
  readonly files_to_create: readonly string[];
  readonly files_to_modify: readonly string[];
  readonly dependencies: { readonly depends_on: readonly string[] };
}

/** The tasks of a scenario's last plan. */
export function plannedTasks(scenario: Scenario): PlannedTask[] {
  const plan = scenario.phases.TASKS?.at(-1)?.artefact as { tasks: PlannedTask[] };
  return plan.tasks;
}

export function entryOf(scenario: Scenario, title: string): ScenarioTask {
  const entry = scenario.tasks.find((candidate) => candidate.title === title);
  if (entry === undefined) throw new Error(`no entry for ${title}`);
  return entry;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

/** Does by hand what a scenario's calls say, in one working tree. */
export class Workshop {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async git(...args: string[]): Promise<string> {
    const name = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
    const { stdout } = await run("git", [...name, ...args], { cwd: this.root });
    return stdout;
  }

  /** Runs a command line with this Node as `node`; its output and exit status. */
  async command(line: string): Promise<{ status: number; output: string }> {
    const path = `${dirname(process.execPath)}:${process.env["PATH"]}`;
    return await run("sh", ["-c", line], { cwd: this.root, env: { PATH: path } }).then(
      ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => {
        return { status: error.code, output: error.stdout + error.stderr };
      },
    );
  }

  /** Applies calls in order; gives the paths written and the last answer. */
  async play(calls: readonly (ScenarioCall | ScenarioCall[])[] = []): Promise<{
    written: string[];
    last: string;
  }> {
    const written = new Set<string>();
    let last = "";
    for (const call of calls.flat()) {
      last = await this.#apply(call);
      if (call.tool === "write_file" || call.tool === "edit_file") {
        written.add(text(call.input["path"]));
      }
    }
    return { written: [...written].sort(), last };
  }

  /** The same calls once more, by an agent that was killed; an edit already made finds nothing and says so. */
  async playAgain(calls: readonly (ScenarioCall | ScenarioCall[])[] = []): Promise<void> {
    for (const call of calls.flat()) {
      const { tool, input } = call;
      const before = tool === "edit_file" ? text(input["old_text"]) : undefined;
      if (before !== undefined) {
        const content = await readFile(join(this.root, text(input["path"])), "utf8");
        if (!content.includes(before)) continue;
      }
      await this.#apply(call);
    }
  }

  /** What the validator runs passes, and its condition holds on the output. */
  async validate(entry: ScenarioTask): Promise<void> {
    const validation = entry.validation?.[0];
    const { last } = await this.play(validation?.calls);
    expect(last).toMatch(new RegExp(validation?.accept_if_result_matches ?? "^never$", "m"));
  }

  /** A task writes exactly the files the plan gives it, passes its validation, is committed, and changes nothing when done again. */
  async implement(scenario: Scenario, task: PlannedTask): Promise<void> {
    const entry = entryOf(scenario, task.title);
    const { written } = await this.play(entry.implementation?.[0]?.calls);
    expect(written, task.title).toEqual([...task.files_to_create, ...task.files_to_modify].sort());
    await this.validate(entry);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "-m", task.title);
    await this.playAgain(entry.implementation?.[0]?.calls);
    expect(await this.git("status", "--porcelain"), `${task.title} once more`).toBe("");
  }

  async #apply({ tool, input }: ScenarioCall): Promise<string> {
    const path = (): string => join(this.root, text(input["path"]));
    switch (tool) {
      case "read_file":
        return await readFile(path(), "utf8");
      case "list_files":
        return (await readdir(path())).join("\n");
      case "write_file":
        await mkdir(dirname(path()), { recursive: true });
        await writeFile(path(), text(input["content"]));
        return "written";
      case "edit_file":
        return await this.#edit(path(), text(input["old_text"]), text(input["new_text"]));
      case "run_command": {
        const { status, output } = await this.command(text(input["command"]));
        expect(status, output).toBe(0);
        return output;
      }
      default:
        return "noted";
    }
  }

  async #edit(path: string, before: string, after: string): Promise<string> {
    const content = await readFile(path, "utf8");
    expect(content.split(before), `${path} holds the old text once`).toHaveLength(2);
    await writeFile(
      path,
      content.replace(before, () => after),
    );
    return "edited";
  }
}
