import type { SpecId } from "@aomori/contract";
import { localOrgId } from "@aomori/store";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  cancelTask,
  conflictsOf,
  explainTask,
  mergeIntoUserBranch,
  mergeNow,
  mergeStatusOf,
  planMergeInto,
  retryTask,
} from "../../src/index.ts";
import { GitRepository, filesOf, gitIn } from "../bench/git-repository.ts";
import { Bench } from "../bench/open-bench.ts";
import { at, runPlanned } from "../bench/planned-spec.ts";
import type { Planned, PlannedSpec } from "../bench/planned-spec.ts";
import { textOf } from "../bench/replay.ts";
import type { AgentScript, Hands } from "../bench/scripted-agents.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ git: true });
});
afterAll(() => bench[Symbol.asyncDispose]());
afterEach(() => expect(bench.problems).toEqual([]));

let repositories = 0;
const repositoryOf = (files: Readonly<Record<string, string>>): Promise<GitRepository> =>
  GitRepository.create(join(bench.directory, `repository-${(repositories += 1)}`), files);

const titleOf = ({ start }: Hands): string => /^Aomori-Title: (.*)$/m.exec(start.prompt)?.[1] ?? "";
const read = ({ start }: Hands, path: string): Promise<string> =>
  readFile(join(start.worktree, path), "utf8");

/** Both sides of every conflict, one below the other: what "drop neither" means for lines. */
const bothSides = (text: string): string =>
  text.replaceAll(/^\|{7}[^]*?^={7}/gm, "=======").replaceAll(/^(?:<{7}|={7}|>{7}).*\n/gm, "");

async function resolve(hands: Hands, path: string): Promise<string> {
  await hands.write(path, bothSides(await read(hands, path)));
  return "Both sides are kept.";
}

async function start(
  files: Readonly<Record<string, string>>,
  planned: Omit<PlannedSpec, "repository">,
): Promise<Planned & { readonly repository: GitRepository }> {
  const repository = await repositoryOf(files);
  return { ...(await runPlanned(bench, { ...planned, repository: repository.path })), repository };
}

async function cloneOf(id: SpecId): Promise<string> {
  return join(bench.directory, "clones", `${(await bench.spec(id)).projectId}.git`);
}

/** What the integration branch holds. */
async function merged(id: SpecId): Promise<Record<string, string>> {
  return filesOf(await cloneOf(id), (await bench.spec(id)).integrationBranch);
}

const again = async (id: SpecId, act: Promise<unknown>): Promise<string> => {
  const after = bench.events.length;
  await act;
  return bench.ended(id, after);
};

/** Each task rewrites the line of shared.txt, but the last, which writes a file of its own. */
const colliding =
  (onResolution: (hands: Hands) => Promise<string>): AgentScript =>
  async (hands) => {
    const title = titleOf(hands);
    if (title.startsWith("Resolve")) return onResolution(hands);
    if (title === "Task 2") await hands.write("own.txt", "alone\n");
    else await hands.write("shared.txt", `by ${title}\n`);
    return "done";
  };

const shared = { "shared.txt": "nobody yet\n" };
const order = (id: SpecId): string[] =>
  bench.events
    .filter((event) => event.spec_id === id && event.type === "merge.merged")
    .map((event) => event.task_id ?? "?");

describe("branches", () => {
  test("are merged with the least conflicts first; a collision becomes a task, and neither text is dropped", async () => {
    const { id, tasks } = await start(shared, {
      waits: [[], [], []],
      agent: colliding(async (hands) => {
        expect(await read(hands, "shared.txt")).toMatch(
          /<{7}[^]*by Task 0[^]*={7}[^]*by Task 1[^]*>{7}/,
        );
        return hands.nth === 4 ? "I left it as it is." : resolve(hands, "shared.txt");
      }),
    });
    expect(await bench.ended(id)).toBe("completed");
    // Markers were left the first time.
    expect((await bench.seen(id, "task.retrying")).data).toMatchObject({
      code: "CONFLICT_MARKERS_LEFT",
    });
    const conflict = await bench.seen(id, "merge.conflict");
    expect(conflict.data).toMatchObject({ files: ["shared.txt"] });
    const resolution = textOf(conflict.data["resolution_task"]);
    expect(order(id)).toEqual([at(tasks, 0), at(tasks, 2), resolution]);
    expect(await merged(id)).toEqual({
      "shared.txt": "by Task 0\nby Task 1\n",
      "own.txt": "alone\n",
    });
    expect((await bench.seen(id, "merge.resolved")).task_id).toBe(at(tasks, 1));
    const all = await bench.tasks(id);
    expect(all.map((task) => task.merged)).toEqual([true, true, true, true]);
    expect(all.at(-1)).toMatchObject({ kind: "resolution", attempt: 2 });
    expect((await bench.seen(id, "merge.completed")).summary).toContain("no test command");
  });

  test("of a completed spec stay, and their worktrees go, also when somebody looks later", async () => {
    const { id, tasks } = await start(shared, {
      waits: [[], [0]],
      agent: async ({ write, nth }) => {
        await write(`${nth}.txt`, "x\n");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("completed");
    const worktrees = join(bench.directory, "worktrees", (await bench.spec(id)).projectId);
    await expect.poll(async () => (existsSync(worktrees) ? readdir(worktrees) : [])).toEqual([]);
    const clone = await cloneOf(id);
    const branches = await gitIn(
      clone,
      "for-each-ref",
      "--format=%(refname:short)",
      `refs/heads/aomori/${id}`,
    );
    expect(branches.split("\n")).toEqual(
      [at(tasks, 0), at(tasks, 1), "main"].map((name) => `aomori/${id}/${name}`),
    );
    const { pairs, againstBase } = await conflictsOf(bench.engine, localOrgId, id);
    expect(pairs).toHaveLength(1);
    expect(againstBase).toHaveLength(2);
    expect(await readdir(worktrees)).toEqual([]);
    const message = await gitIn(clone, "log", "-1", "--format=%B", `aomori/${id}/${at(tasks, 0)}`);
    expect(message).toContain(`Aomori-Task: ${at(tasks, 0)}`);
    const second = await gitIn(clone, "ls-tree", "--name-only", `aomori/${id}/${at(tasks, 1)}`);
    expect(second.split("\n")).toEqual(["1.txt", "2.txt", "shared.txt"]);
  });

  test("that two dependencies bring into collision hold their dependent back until they are merged", async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { id, tasks } = await start(shared, {
      waits: [[], [], [0, 1]],
      agent: async (hands) => {
        const title = titleOf(hands);
        if (title.startsWith("Resolve")) {
          await gate.promise;
          return resolve(hands, "shared.txt");
        }
        if (title === "Task 2") {
          seen.push(await read(hands, "shared.txt"));
          await hands.write("third.txt", "on both\n");
        } else await hands.write("shared.txt", `by ${title}\n`);
        return "done";
      },
    });
    await bench.seen(id, "merge.conflict");
    expect((await bench.seen(id, "task.pending")).task_id).toBe(at(tasks, 2));
    const waiting = await explainTask(bench.engine, localOrgId, await bench.task(at(tasks, 2)));
    expect(waiting).toEqual([expect.stringMatching(/^waits for TSK-\d+ \((ready|running)\)$/)]);
    gate.resolve();
    expect(await bench.ended(id)).toBe("completed");
    expect(seen).toEqual(["by Task 0\nby Task 1\n"]);
    expect(await bench.task(at(tasks, 2))).toMatchObject({ attempt: 1 });
    expect(await merged(id)).toEqual({
      "shared.txt": "by Task 0\nby Task 1\n",
      "third.txt": "on both\n",
    });
  });

  test("that cannot be mended in two tries wait for a person, and so does what builds on them", async () => {
    let nth = 0;
    const { id, tasks } = await start(shared, {
      waits: [[], [], [], [0, 1, 2]],
      // The two resolutions collide with each other, and the third one breaks the tests.
      settings: { test_command: ["sh", "-c", "! grep -q 'resolution 3' shared.txt"] },
      agent: async (hands) => {
        const isMending = titleOf(hands).includes("Resolve");
        const text = isMending ? `resolution ${(nth += 1)}` : `by ${titleOf(hands)}`;
        await hands.write("shared.txt", `${text}\n`);
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "MERGE_BLOCKED" });
    expect(nth).toBe(3);
    const { branches } = await mergeStatusOf(bench.engine, localOrgId, id);
    expect(branches.filter(({ state }) => state === "blocked")).toHaveLength(1);
    const last = at(tasks, 3);
    expect(bench.types(id, "task.pending").length).toBeGreaterThan(0);
    expect(await bench.task(last)).toMatchObject({
      status: "blocked",
      failure: { code: "MERGE_BLOCKED" },
    });
    expect(await explainTask(bench.engine, localOrgId, await bench.task(last))).toEqual([
      expect.stringMatching(/needs a person: it builds on TSK-\d+, whose branch needs a person/),
    ]);
    const merges = bench.types(id, "merge.started").length;
    await new Promise((done) => setTimeout(done, 200));
    expect(bench.types(id, "merge.started")).toHaveLength(merges);
  });

  test("whose mending was cancelled are not forgotten: the spec is not complete without them", async () => {
    const { id } = await start(shared, {
      waits: [[], []],
      agent: async (hands) => {
        if (titleOf(hands).startsWith("Resolve")) await hands.rest();
        await hands.write("shared.txt", `by ${titleOf(hands)}\n`);
        return "done";
      },
    });
    const { data } = await bench.seen(id, "merge.conflict");
    const taskId = `TSK-${textOf(data["resolution_task"]).slice(4)}` as const;
    await bench.seen(id, "agent.started", (event) => event.task_id === taskId);
    const cancelled = cancelTask(bench.engine, { orgId: localOrgId, taskId, by: "ada" });
    expect(await again(id, cancelled)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "MERGE_BLOCKED" });
  });

  test("that are finished are merged when somebody asks, while others still run", async () => {
    const gate = Promise.withResolvers<void>();
    const { id, tasks } = await start(shared, {
      waits: [[], []],
      agent: async (hands) => {
        if (titleOf(hands) === "Task 1") await gate.promise;
        await hands.write(`${titleOf(hands)}.txt`, "x\n");
        return "done";
      },
    });
    await bench.seen(id, "task.completed");
    await Promise.all([
      mergeNow(bench.engine, localOrgId, id),
      mergeNow(bench.engine, localOrgId, id),
    ]);
    await bench.seen(id, "merge.merged", (event) => event.task_id === at(tasks, 0));
    expect(await bench.spec(id)).toMatchObject({ status: "running" });
    gate.resolve();
    expect(await bench.ended(id)).toBe("completed");
    expect(order(id)).toEqual([at(tasks, 0), at(tasks, 1)]);
    await expect(mergeNow(bench.engine, localOrgId, id)).rejects.toMatchObject({
      code: "SPEC_OVER",
    });
  });
});

describe("the test gate", () => {
  const gate = { test_command: ["sh", "-c", "! grep -l BROKEN *.txt"] };

  test("finds the branch that turns it red, takes it out and sends it back", async () => {
    const { id, tasks } = await start(shared, {
      waits: [[], [], []],
      settings: gate,
      agent: async (hands) => {
        const title = titleOf(hands);
        if (title.startsWith("Repair")) {
          expect(hands.start.prompt).toContain("Task 1.txt");
          expect(await read(hands, "Task 1.txt")).toBe("BROKEN\n");
          if (hands.nth === 4) return "I see nothing wrong.";
          await hands.write("Task 1.txt", "mended\n");
        } else await hands.write(`${title}.txt`, title === "Task 1" ? "BROKEN\n" : "fine\n");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("completed");
    const reverted = await bench.seen(id, "merge.reverted");
    expect(reverted.task_id).toBe(at(tasks, 1));
    expect((await bench.seen(id, "task.retrying")).data).toMatchObject({ code: "NOTHING_CHANGED" });
    expect(order(id)).toEqual([at(tasks, 0), at(tasks, 2), textOf(reverted.data["repair_task"])]);
    expect(await merged(id)).toMatchObject({ "Task 1.txt": "mended\n", "Task 2.txt": "fine\n" });
    const gates = bench.events.filter(
      (event) => event.spec_id === id && event.type === "merge.gate",
    );
    expect(gates.map(({ data }) => data["passed"])).toEqual([true, false, true, true]);
  });

  test("that never gets green again after a branch leaves it out, and a person may try it once more", async () => {
    const { id } = await start(shared, {
      waits: [[], []],
      settings: gate,
      agent: async (hands) => {
        const title = titleOf(hands);
        if (title === "Task 0") await hands.write("a.txt", "fine\n");
        else await hands.write("b.txt", `BROKEN ${hands.nth}\n`);
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "MERGE_BLOCKED" });
    expect((await bench.tasks(id)).filter(({ kind }) => kind === "repair")).toHaveLength(2);
    expect(await merged(id)).toEqual({ "a.txt": "fine\n", ...shared });
    expect(await again(id, mergeNow(bench.engine, localOrgId, id))).toBe("failed");
    expect(await merged(id)).toEqual({ "a.txt": "fine\n", ...shared });
  });

  test("that is red from the start is borne until the last merge, and then repaired at most three times", async () => {
    const outside = join(bench.directory, `outside-${repositories}`);
    await writeFile(outside, "red");
    const { id } = await start(shared, {
      waits: [[], []],
      settings: { test_command: ["grep", "-q", "green", outside] },
      agent: async (hands) => {
        await hands.write(`${hands.start.agentId}.txt`, "x\n");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "GATE_RED" });
    expect(bench.types(id, "merge.reverted")).toEqual([]);
    const repairs = (await bench.tasks(id)).filter(({ kind }) => kind === "repair");
    expect(repairs).toHaveLength(3);
    await writeFile(outside, "green");
    expect(await again(id, mergeNow(bench.engine, localOrgId, id))).toBe("completed");
    expect(bench.types(id, "merge.completed")).toHaveLength(1);
  });

  test("runs where the set-up has run, and tasks' copies are set up as well", async () => {
    const ran = join(bench.directory, `set-up-${repositories}`);
    const { id } = await start(
      { ...shared, ".gitignore": "ready\n" },
      {
        waits: [[], []],
        settings: {
          setup_command: ["sh", "-c", `echo "$PWD" >> ${ran} && touch ready`],
          test_command: ["test", "-f", "ready"],
        },
        agent: async (hands) => {
          expect(existsSync(join(hands.start.worktree, "ready"))).toBe(true);
          await hands.write(`${titleOf(hands)}.txt`, "x\n");
          return "done";
        },
      },
    );
    expect(await bench.ended(id)).toBe("completed");
    expect((await readFile(ran, "utf8")).trim().split("\n")).toHaveLength(3);
    expect(bench.types(id, "merge.gate")).toHaveLength(2);
  });

  test("whose set-up fails is told, and the spec waits for a person instead of for ever", async () => {
    const broken = join(bench.directory, `broken-${repositories}`);
    const { id } = await start(shared, {
      waits: [[]],
      settings: { setup_command: ["test", "!", "-e", broken], test_command: ["true"] },
      agent: async (hands) => {
        await hands.write("a.txt", "x\n");
        await writeFile(broken, "");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "SETUP_FAILED" });
    expect((await bench.seen(id, "merge.failed")).data).toMatchObject({ code: "SETUP_FAILED" });
    await promisify(execFile)("rm", [broken]);
    expect(await again(id, mergeNow(bench.engine, localOrgId, id))).toBe("completed");
  });
});

describe("the user's repository", () => {
  const adds: AgentScript = async (hands) => {
    await hands.write("new.txt", `from ${titleOf(hands)}\n`);
    return "done";
  };
  const into = (specId: SpecId, branch: string) =>
    mergeIntoUserBranch(bench.engine, { orgId: localOrgId, specId, branch, by: "ada" });

  test("is not touched by a whole run: checkout, index, stash, branches and .git stay as they were", async () => {
    const repository = await repositoryOf(shared);
    await writeFile(join(repository.path, "shared.txt"), "stashed\n");
    await repository.git("stash");
    await writeFile(join(repository.path, "shared.txt"), "half an edit\n");
    await writeFile(join(repository.path, "staged.txt"), "staged\n");
    await repository.git("add", "staged.txt");
    await writeFile(join(repository.path, "untracked.txt"), "untracked\n");
    await repository.git("status");
    const before = await repository.fingerprint();
    const { id } = await bench.createSpec({
      repository: repository.path,
      agent: async (hands) => {
        await hands.write(`${hands.start.agentId}.txt`, "x\n");
        return "done";
      },
    });
    expect(await bench.ended(id)).toBe("completed");
    expect(await repository.fingerprint()).toEqual(before);
    expect(await merged(id)).not.toHaveProperty("staged.txt");
    expect(await bench.spec(id)).toMatchObject({ phase: "COMPLETE", baseBranch: "main" });
  });

  test("gets the result on a branch only when asked: made, moved forward, merged or refused", async () => {
    const { id, repository } = await start(shared, { waits: [[]], agent: adds });
    const early = into(id, "too-early");
    await expect(early).rejects.toMatchObject({ code: "NOTHING_MERGED" });
    expect(await bench.ended(id)).toBe("completed");
    await repository.git("branch", "behind", "main");
    await repository.git("checkout", "--quiet", "-b", "aside");
    await repository.commit("Aside", { "aside.txt": "aside\n" });
    await repository.git("checkout", "--quiet", "-b", "against", "main");
    await repository.commit("Against", { "new.txt": "something else\n" });
    await repository.git("checkout", "--quiet", "main");

    const planned = await planMergeInto(bench.engine, {
      orgId: localOrgId,
      specId: id,
      branch: "fresh",
      by: "ada",
    });
    expect(planned.kind).toBe("created");
    await expect(repository.git("rev-parse", "--verify", "fresh")).rejects.toThrow();

    expect(await into(id, "fresh")).toMatchObject({ kind: "created", previousCommit: null });
    expect(await into(id, "behind")).toMatchObject({ kind: "fast_forward" });
    expect(await into(id, "aside")).toMatchObject({ kind: "merge_commit" });
    expect(await into(id, "behind")).toMatchObject({ kind: "up_to_date" });
    expect(await repository.git("show", "aside:new.txt")).toBe("from Task 0");
    expect(await repository.git("show", "aside:aside.txt")).toBe("aside");
    expect(bench.types(id, "merge.exported")).toHaveLength(4);

    const against = await repository.git("rev-parse", "against");
    await expect(into(id, "against")).rejects.toMatchObject({
      code: "MERGE_CONFLICT",
      details: { files: ["new.txt"] },
    });
    expect(await repository.git("rev-parse", "against")).toBe(against);
    await expect(into(id, "main")).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT" });
    await expect(into(id, "no good..name")).rejects.toMatchObject({ category: "validation" });
  });

  test("that was named by a URL cannot be written to, and the error says what to do instead", async () => {
    const repository = await repositoryOf(shared);
    const { id } = await runPlanned(bench, {
      waits: [[]],
      agent: adds,
      repository: `file://${repository.path}`,
    });
    expect(await bench.ended(id)).toBe("completed");
    await expect(into(id, "fresh")).rejects.toMatchObject({
      code: "REPOSITORY_REMOTE",
      category: "conflict",
    });
  });
});

test("an engine that closes while agents work takes the work up again, and nothing is told twice", async () => {
  let attempts = 0;
  const { id, tasks } = await start(shared, {
    waits: [[], [0]],
    settings: { validate: true },
    agent: async (hands) => {
      if (hands.start.mode === "validation") return '{"verdict":"pass","reasons":["fine"]}';
      attempts += 1;
      if (attempts === 1) {
        await hands.write("half.txt", "half\n");
        await hands.rest();
      }
      await hands.write(`${titleOf(hands)}.txt`, "whole\n");
      return "done";
    },
  });
  await bench.seen(id, "agent.started");
  await expect.poll(() => attempts).toBe(1);
  await bench.stopEngine();
  await bench.startEngine();
  bench.problems.splice(0);
  expect(await bench.ended(id)).toBe("completed");
  expect(bench.types(id, "task.assigned", "task.started", "task.completed").toSorted()).toEqual(
    ["task.assigned", "task.completed", "task.started"].flatMap((type) => [type, type]),
  );
  expect((await bench.seen(id, "agent.failed")).data).toMatchObject({ code: "INTERRUPTED" });
  expect(await merged(id)).toEqual({ "Task 0.txt": "whole\n", "Task 1.txt": "whole\n", ...shared });
  expect(await bench.task(at(tasks, 0))).toMatchObject({ attempt: 1 });
  const retry = retryTask(bench.engine, { orgId: localOrgId, taskId: at(tasks, 0), by: "ada" });
  await expect(retry).rejects.toMatchObject({ code: "TASK_NOT_RETRYABLE" });
});
