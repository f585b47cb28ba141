import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  addWorktree,
  branchName,
  commitAll,
  commitId,
  conflictScore,
  fetchBase,
  inspectRepository,
  mergeInto,
  moveUserBranch,
  openClone,
  planUserBranchMove,
  reconcileWorktrees,
  removeWorktree,
  repositorySource,
} from "@aomori/git";

import { git, hashTree, put, sandbox, temporaryDirectory, userRepository } from "./sandbox.ts";

test("clone, fetch, worktrees, commits and merges leave checkout, index, stash and .git byte for byte", async () => {
  const root = temporaryDirectory();
  const user = userRepository(root, { "a.txt": "one\n", "b.txt": "two\n" });
  put(user, { "a.txt": "stashed\n" });
  git(user, "stash");
  put(user, { "staged.txt": "s\n", "a.txt": "dirty\n", "untracked.txt": "u\n" });
  git(user, "add", "staged.txt");
  git(user, "branch", "aomori");
  // Touched without a change: a status that may write would refresh the index.
  put(user, { "b.txt": "two\n" });
  const before = hashTree(user);

  const facts = await inspectRepository(user);
  expect(facts).toMatchObject({ dirty: true, head: { kind: "branch", branch: "main" } });
  const clone = await openClone(join(root, "c.git"), repositorySource(user, "/"));
  const base = await fetchBase(clone, { kind: "branch", branch: branchName("main") });
  const add = (name: string) =>
    addWorktree(clone, {
      path: join(root, "w", name),
      branch: branchName(`aomori/s/${name}`),
      from: base,
    });
  const [main, task] = [await add("main"), await add("TSK-001")];
  put(task.path, { "a.txt": "task\n", "new.txt": "n\n" });
  const commit = await commitAll(task, { message: "Do it" });
  expect((await mergeInto(main, { from: commitId(commit ?? ""), message: "Merge" })).kind).toBe(
    "merged",
  );
  await conflictScore(clone, base, commitId(commit ?? ""));
  await planUserBranchMove(clone, {
    repository: user,
    branch: branchName("result"),
    from: commitId(commit ?? ""),
    message: "x",
  });
  await removeWorktree(clone, task.path);
  await reconcileWorktrees(clone, []);
  expect(existsSync(main.path)).toBe(false);

  expect(hashTree(user)).toBe(before);
});

test("objects are shared with a local repository but not borrowed from it", async () => {
  const { user, clone, base } = await sandbox();
  expect(existsSync(join(clone.path, "objects/info/alternates"))).toBe(false);
  const object = `objects/${base.slice(0, 2)}/${base.slice(2)}`;
  expect(statSync(join(clone.path, object)).ino).toBe(statSync(join(user, ".git", object)).ino);
  git(user, "checkout", "--quiet", "--orphan", "other");
  git(user, "commit", "--quiet", "--message=other");
  git(user, "branch", "-D", "main");
  git(user, "reflog", "expire", "--expire=now", "--all");
  git(user, "gc", "--quiet", "--prune=now");
  expect(git(clone.path, "fsck", "--full", "--strict")).toBe("");
  expect(git(clone.path, "cat-file", "-t", base)).toBe("commit");
});

test("a user's branch moves forward only, never under a checkout", async () => {
  const { user, clone, base, add } = await sandbox();
  const task = await add("TSK-001");
  put(task.path, { "b.txt": "b\n" });
  const from = commitId((await commitAll(task, { message: "b" })) ?? "");
  const request = (branch: string) => ({
    repository: user,
    branch: branchName(branch),
    from,
    message: "Merge the spec",
  });
  await expect(moveUserBranch(clone, request("main"))).rejects.toMatchObject({
    code: "BRANCH_CHECKED_OUT",
  });
  expect(git(user, "rev-parse", "main")).toBe(base);

  expect((await moveUserBranch(clone, request("fresh"))).kind).toBe("create");
  expect(git(user, "rev-parse", "fresh")).toBe(from);
  expect((await moveUserBranch(clone, request("fresh"))).kind).toBe("up_to_date");

  git(user, "branch", "behind");
  const plan = await planUserBranchMove(clone, request("behind"));
  expect(plan).toEqual({ kind: "fast_forward", before: base, after: from });
  expect(git(user, "rev-parse", "behind")).toBe(base);
  expect(await moveUserBranch(clone, request("behind"))).toEqual(plan);
  expect(git(user, "rev-parse", "behind")).toBe(from);

  git(user, "checkout", "--quiet", "-b", "apart");
  put(user, { "c.txt": "c\n" });
  git(user, "add", "--all");
  git(user, "commit", "--quiet", "--message=c");
  git(user, "checkout", "--quiet", "main");
  const merged = await moveUserBranch(clone, request("apart"));
  expect(merged.kind).toBe("merge_commit");
  expect(git(user, "ls-tree", "--name-only", "apart").split("\n")).toEqual([
    "a.txt",
    "b.txt",
    "c.txt",
  ]);
  expect(git(user, "log", "-1", "--format=%an %s", "apart")).toBe("Aomori Merge the spec");

  git(user, "checkout", "--quiet", "-b", "clash");
  put(user, { "b.txt": "mine\n" });
  git(user, "add", "--all");
  git(user, "commit", "--quiet", "--message=clash");
  git(user, "checkout", "--quiet", "main");
  const before = hashTree(user);
  expect(await moveUserBranch(clone, request("clash"))).toMatchObject({
    kind: "conflict",
    conflictingFiles: ["b.txt"],
  });
  expect(hashTree(user)).toBe(before);
  expect(existsSync(join(user, ".git/FETCH_HEAD"))).toBe(false);
  expect(readFileSync(join(user, "a.txt"), "utf8")).toBe("one\n");
  expect(git(clone.path, "for-each-ref", "refs/aomori")).toBe("");
});

test("a branch checked out in another worktree of the user's is refused too", async () => {
  const { root, user, clone, base } = await sandbox();
  git(user, "worktree", "add", "--quiet", "-b", "second", join(root, "second"));
  await expect(
    moveUserBranch(clone, {
      repository: user,
      branch: branchName("second"),
      from: base,
      message: "m",
    }),
  ).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT", details: { path: join(root, "second") } });
});
