import { GitWorkspaces } from "@aomori/engine";
import type { WorkspaceSpec } from "@aomori/engine";
import { newId, taskId } from "@aomori/contract";
import { createRepository } from "@aomori/testkit";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Benchmark, BenchmarkOptions } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";

const run = promisify(execFile);
const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"];

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", [...identity, ...args], { cwd });
  return stdout.trim();
}

/** Files enough that a checkout is work, few enough that git is not all there is. */
const fileCount = 200;

function files(): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: fileCount }, (_, index) => [
      `src/part-${index % 20}/file-${index}.ts`,
      Array.from({ length: 40 }, (_, line) => `export const v${index}x${line} = ${line};\n`).join(
        "",
      ),
    ]),
  );
}

interface Side {
  /** One task from its worktree to its merge. */
  task(number: number): Promise<void>;
  /** What is merged so far. */
  tree(): Promise<string>;
}

const ownFile = (number: number): string => `src/task-${number}.ts`;
const ownText = (number: number): string => `export const task = ${number};\n`;

/** What the engine calls per task, without the tests and the conflict scores between them. */
async function ourSide(home: string, repository: string, baseCommit: string): Promise<Side> {
  const workspaces = new GitWorkspaces({
    clonesDirectory: join(home, "clones"),
    worktreesDirectory: join(home, "worktrees"),
  });
  const specId = newId("spec", randomBytes);
  const spec: WorkspaceSpec = {
    orgId: "org_local",
    specId,
    projectId: newId("proj", randomBytes),
    repository,
    baseBranch: "main",
    integrationBranch: `aomori/${specId}/main`,
    baseCommit,
  };
  await workspaces.openSpec(spec);
  let tip = baseCommit;
  const signal = new AbortController().signal;
  return {
    async task(number) {
      const id = taskId(number);
      const branch = `aomori/${specId}/${id}`;
      const request = {
        spec,
        taskId: id,
        branch,
        from: tip,
        include: [],
        setupCommand: [],
        signal,
      };
      const prepared = await workspaces.prepare(request);
      if (prepared.kind === "conflict") throw new Error(`${id} has nothing to collide with`);
      const { worktree, baseCommit: from } = prepared;
      await writeFile(join(worktree, ownFile(number)), ownText(number));
      const message = `Add file ${number}\n\nAomori-Task: ${id}`;
      const { commit } = await workspaces.collect({
        spec,
        worktree,
        branch,
        baseCommit: from,
        message,
      });
      if (commit === null) throw new Error(`${id} committed nothing`);
      const merged = await workspaces.merge(spec, { tip, commit, message: `Merge ${id}` });
      if (merged.kind !== "merged") throw new Error(`${id} was not merged: ${merged.kind}`);
      tip = merged.commit;
    },
    tree: async () =>
      git(await workspaces.checkoutIntegration(spec, tip), "rev-parse", "HEAD^{tree}"),
  };
}

/** The same git commands, plainly: worktree add, add, commit, the list of changed files with their counts, merge. */
async function rawSide(home: string, repository: string, baseCommit: string): Promise<Side> {
  const clone = join(home, "raw.git");
  await mkdir(join(home, "raw"), { recursive: true });
  await git(home, "clone", "--quiet", "--bare", "--local", repository, clone);
  const integration = join(home, "raw", "integration");
  await git(clone, "worktree", "add", "--quiet", "-b", "bench/main", integration, baseCommit);
  return {
    async task(number) {
      const path = join(home, "raw", `task-${number}`);
      const branch = `bench/task-${number}`;
      await git(
        clone,
        "worktree",
        "add",
        "--quiet",
        "--no-track",
        "-b",
        branch,
        path,
        "bench/main",
      );
      await writeFile(join(path, ownFile(number)), ownText(number));
      await git(path, "add", "--all");
      await git(path, "commit", "--quiet", "--no-verify", "-m", `Add file ${number}`);
      await git(
        clone,
        "diff-tree",
        "-r",
        "--find-renames",
        "--raw",
        "--numstat",
        "-z",
        "bench/main",
        branch,
      );
      await git(integration, "merge", "--quiet", "--no-ff", "-m", `Merge ${number}`, branch);
    },
    tree: () => git(integration, "rev-parse", "HEAD^{tree}"),
  };
}

async function measure({
  quick,
  tell,
}: BenchmarkOptions): Promise<{ ours: number[]; floor: number[] }> {
  const tasks = quick ? 10 : 60;
  await using home = await temporaryDirectory();
  const { path, commit } = await createRepository(join(home.path, "source"), files());
  const sides = {
    ours: await ourSide(home.path, path, commit),
    floor: await rawSide(home.path, path, commit),
  };
  const times: { ours: number[]; floor: number[] } = { ours: [], floor: [] };
  for (let number = 1; number <= tasks; number += 1) {
    // Who goes first changes, so that neither always finds the other's files in the cache.
    const order = number % 2 === 0 ? (["ours", "floor"] as const) : (["floor", "ours"] as const);
    for (const side of order) {
      const startedAtMs = performance.now();
      await sides[side].task(number);
      // The first task opens what later ones find open.
      if (number > 1) times[side].push(performance.now() - startedAtMs);
    }
  }
  if ((await sides.ours.tree()) !== (await sides.floor.tree())) {
    throw new Error("the two sides merged different files");
  }
  tell(`${tasks} tasks on ${fileCount} files`);
  return times;
}

/** A task's worktree, commit and merge. */
export const gitTask: Benchmark = {
  ids: ["git-task"],
  async run(options) {
    const { ours, floor } = await measure(options);
    return [
      figure({
        id: "git-task",
        unit: "ms",
        about:
          `A task's worktree, its commit with the list of changed files, and its merge into the integration branch of a repository of ${fileCount} files, ` +
          `through GitWorkspaces, against the same git commands by execFile, task by task in turn.`,
        target: { kind: "ratio_at_most", value: 1.2 },
        ours,
        floor,
      }),
    ];
  },
};
