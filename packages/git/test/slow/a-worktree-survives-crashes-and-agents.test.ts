import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  addWorktree,
  branchName,
  changedFiles,
  commitAll,
  commitId,
  commitsBetween,
  currentHead,
  diffText,
  listWorktrees,
  reconcileWorktrees,
  removeWorktree,
  resetBranch,
  resetWorktree,
  uncommittedFiles,
} from "@aomori/git";

import { git, put, sandbox } from "../sandbox.ts";

test("adding twice finds the first one with its work in it", async () => {
  const { clone, base, add } = await sandbox();
  const first = await add("TSK-001");
  put(first.path, { "work.txt": "w\n" });
  expect(await add("TSK-001")).toEqual(first);
  expect(readFileSync(join(first.path, "work.txt"), "utf8")).toBe("w\n");
  expect(await currentHead(first)).toBe(base);
  expect(await listWorktrees(clone)).toHaveLength(1);
});

test("a worktree that was half-made, or whose directory went, is made again on its branch", async () => {
  const { add } = await sandbox();
  const first = await add("TSK-001");
  put(first.path, { "work.txt": "w\n" });
  const commit = await commitAll(first, { message: "work" });
  writeFileSync(join(first.gitDirectory, "locked"), "initializing");
  rmSync(join(first.path, "a.txt"));
  const second = await add("TSK-001");
  expect(await currentHead(second)).toBe(commit);
  expect(existsSync(join(second.path, "a.txt"))).toBe(true);
  writeFileSync(join(second.gitDirectory, "locked"), "initializing");
  rmSync(second.path, { recursive: true });
  const third = await add("TSK-001");
  expect(readFileSync(join(third.path, "work.txt"), "utf8")).toBe("w\n");
  rmSync(third.path, { recursive: true });
  expect(await currentHead(await add("TSK-001"))).toBe(commit);
});

test("a worktree whose note of its branch a full disk left empty is found again", async () => {
  const { add } = await sandbox();
  const first = await add("TSK-001");
  const note = join(first.gitDirectory, "aomori-branch");
  for (const lose of [() => writeFileSync(note, ""), () => rmSync(note)]) {
    lose();
    expect(await add("TSK-001")).toEqual(first);
    expect(readFileSync(note, "utf8")).toBe(first.branch);
  }
});

test("a path that holds something else is left alone", async () => {
  const { root, clone, base, add } = await sandbox();
  put(root, { "worktrees/TSK-001/precious.txt": "p" });
  await expect(add("TSK-001")).rejects.toMatchObject({ code: "WORKTREE_PATH_OCCUPIED" });
  const other = await add("TSK-002");
  await expect(
    addWorktree(clone, { path: other.path, branch: branchName("aomori/s/x"), from: base }),
  ).rejects.toMatchObject({ code: "WORKTREE_BRANCH_MISMATCH" });
  expect(readFileSync(join(root, "worktrees/TSK-001/precious.txt"), "utf8")).toBe("p");
});

test("many worktrees can be made, listed and removed at once", async () => {
  const { clone, add } = await sandbox();
  const names = Array.from({ length: 16 }, (_, index) => `TSK-${index}`);
  await Promise.all([...names.map((name) => add(name)), ...names.map(() => listWorktrees(clone))]);
  const made = await listWorktrees(clone);
  expect(made.map(({ state }) => state)).toEqual(names.map(() => "complete"));
  const more = ["a", "b", "c", "d"].map((name) => add(name));
  await Promise.all([...made.map(({ path }) => removeWorktree(clone, path)), ...more]);
  expect(await listWorktrees(clone)).toHaveLength(4);
});

test("what a git killed while adding left in part does not stop the others for good", async () => {
  const { clone, add } = await sandbox();
  const first = await add("TSK-001");
  put(clone.path, { "worktrees/broken/locked": "initializing", "worktrees/broken/commondir": "" });
  const past = new Date(Date.now() - 60_000);
  utimesSync(join(clone.path, "worktrees/broken"), past, past);
  await add("TSK-002");
  expect(await listWorktrees(clone)).toHaveLength(2);
  put(clone.path, { "worktrees/broken/locked": "initializing", "worktrees/broken/commondir": "" });
  await reconcileWorktrees(clone, [first.path]);
  expect((await listWorktrees(clone)).map(({ path }) => path)).toEqual([first.path]);
});

const killedWhileAdding = {
  "between its directory and what the clone keeps of it":
    'rm "$GIT_DIR"/worktrees/*/HEAD "$GIT_DIR"/worktrees/*/commondir "$GIT_DIR"/worktrees/*/index',
  "before it named its clone": 'rm -r "$GIT_DIR"/worktrees/*/*; : >"$path/.git"',
  "while it cleared up after a checkout that failed":
    'rm -r "$GIT_DIR"/worktrees/*; rm "$path"/b.txt',
  "before a checkout was whole": 'rm "$GIT_DIR"/worktrees/*/index "$path"/b.txt',
};

// The states are those that a git leaves that is killed at each of its changes to files in turn (2.39, under strace).
for (const [moment, damage] of Object.entries(killedWhileAdding)) {
  test(`a worktree is made again whose git was killed ${moment}`, async () => {
    const { root, clone, base, add } = await sandbox({ "a.txt": "one\n", "b.txt": "two\n" });
    const other = await add("TSK-002");
    await removeWorktree(clone, other.path);
    const script = [
      "#!/bin/sh",
      "PATH=${PATH#*:}",
      'case "$*" in *"worktree add"*) ;; *) exec git "$@" ;; esac',
      'git "$@" || exit',
      'for path in "$@"; do case "$path" in */TSK-001) break ;; esac; done',
      damage,
      "kill -KILL $$",
    ];
    put(root, { "bin/git": script.join("\n") });
    chmodSync(join(root, "bin/git"), 0o755);
    const path = join(root, "worktrees", "TSK-001");
    const request = { path, branch: branchName("aomori/s/TSK-001"), from: base };
    const env = { PATH: `${join(root, "bin")}:${process.env["PATH"]}` };
    const begin = () => expect(addWorktree(clone, request, { env })).rejects.toThrow();

    await begin();
    const again = await add("TSK-001");
    expect(await currentHead(again)).toBe(base);
    expect(git(path, "status", "--porcelain")).toBe("");
    put(path, { "work.txt": "w\n" });
    expect(await add("TSK-001")).toEqual(again);
    expect(await uncommittedFiles(again)).toEqual(["work.txt"]);
    await removeWorktree(clone, path);

    await begin();
    await reconcileWorktrees(clone, [path]);
    expect(existsSync(path)).toBe(false);
    await begin();
    expect((await reconcileWorktrees(clone, [])).removedWorktrees).toEqual([path]);
    expect(existsSync(path)).toBe(false);
    expect(await currentHead(await add("TSK-001"))).toBe(base);
  });
}

test("reconciling removes what nobody wants, stale locks, and keeps the rest as it is", async () => {
  const { root, clone, add } = await sandbox();
  const [kept, orphan] = [await add("kept"), await add("orphan")];
  put(kept.path, { "work.txt": "w\n" });
  put(clone.path, { "packed-refs.lock": "", "refs/heads/aomori/s/kept.lock": "" });
  writeFileSync(join(kept.gitDirectory, "index.lock"), "");
  const result = await reconcileWorktrees(clone, [kept.path, join(root, "never", "made")]);
  expect(result.removedWorktrees).toEqual([orphan.path]);
  expect(result.removedLocks).toHaveLength(3);
  expect(existsSync(orphan.path)).toBe(false);
  expect(await uncommittedFiles(kept)).toEqual(["work.txt"]);
  expect(await commitAll(kept, { message: "w" })).toBeDefined();
  expect(git(clone.path, "rev-parse", "--verify", "aomori/s/orphan")).toMatch(/^[0-9a-f]{40}$/);
  await removeWorktree(clone, orphan.path);
});

test("everything is committed once, with its trailers, by Aomori", async () => {
  const { add, base, clone } = await sandbox({ "a.txt": "one\n", ".gitignore": "out/\n" });
  const worktree = await add("TSK-001");
  expect(await commitAll(worktree, { message: "nothing" })).toBeUndefined();
  put(worktree.path, { "a.txt": null, "b/c d.txt": "x\n", "out/built.js": "ignored" });
  const commit = await commitAll(worktree, {
    message: "Move it\n\n# not a comment",
    trailers: { Task: "TSK-001", Agent: "agent_1\nForged: yes" },
  });
  expect(await commitAll(worktree, { message: "again" })).toBeUndefined();
  expect(commit).toBe(await currentHead(worktree));
  expect(git(worktree.path, "log", "-1", "--format=%an <%ae> %cn%n%B")).toBe(
    "Aomori <aomori@localhost> Aomori\nMove it\n\n# not a comment\n\nTask: TSK-001\nAgent: agent_1 Forged: yes",
  );
  expect(await commitsBetween(worktree, base, commitId(commit ?? ""))).toEqual([commit]);
  const paths = (await changedFiles(clone, base, commitId(commit ?? ""))).map(({ path }) => path);
  expect(paths).toEqual(["a.txt", "b/c d.txt"]);
});

test("hooks, signing, clean-up rules and a stale index lock do not get in the way of a commit", async () => {
  const { add, clone, root } = await sandbox();
  const ran = join(root, "hook-ran");
  for (const hook of [
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-merge",
    "reference-transaction",
  ]) {
    put(clone.path, { [`hooks/${hook}`]: `#!/bin/sh\necho ${hook} >> '${ran}'\nexit 1\n` });
    chmodSync(join(clone.path, "hooks", hook), 0o755);
  }
  git(clone.path, "config", "commit.gpgsign", "true");
  git(clone.path, "config", "commit.cleanup", "strip");
  const worktree = await add("TSK-001");
  put(worktree.path, { "b.txt": "b\n" });
  writeFileSync(join(worktree.gitDirectory, "index.lock"), "");
  expect(await commitAll(worktree, { message: "b\n\n# kept" })).toBeDefined();
  expect(git(worktree.path, "log", "-1", "--format=%B")).toBe("b\n\n# kept");
  expect(existsSync(ran)).toBe(false);
});

test("an agent that left its branch loses no commit and cannot point us elsewhere", async () => {
  const { add, user, base } = await sandbox();
  const worktree = await add("TSK-001");
  git(worktree.path, "checkout", "--quiet", "-b", "my-idea");
  put(worktree.path, { "idea.txt": "i\n" });
  git(worktree.path, "add", "--all");
  git(worktree.path, "commit", "--quiet", "--message=idea");
  put(worktree.path, { "more.txt": "m\n" });
  expect(await add("TSK-001")).toEqual(worktree);
  const commit = await commitAll(worktree, { message: "more" });
  expect(git(worktree.path, "rev-parse", "aomori/s/TSK-001")).toBe(commit);
  expect(git(worktree.path, "symbolic-ref", "--short", "HEAD")).toBe("aomori/s/TSK-001");
  expect(git(worktree.path, "ls-tree", "--name-only", "HEAD").split("\n")).toEqual([
    "a.txt",
    "idea.txt",
    "more.txt",
  ]);

  git(worktree.path, "checkout", "--quiet", "--detach", base);
  put(worktree.path, { "other.txt": "o\n" });
  await expect(commitAll(worktree, { message: "o" })).rejects.toMatchObject({
    code: "WORKTREE_OFF_BRANCH",
  });

  const second = await add("TSK-002");
  const before = git(user, "rev-parse", "HEAD");
  writeFileSync(join(second.path, ".git"), `gitdir: ${user}/.git\n`);
  put(second.path, { "b.txt": "b\n" });
  expect(await commitAll(second, { message: "b" })).toBeDefined();
  expect(git(user, "rev-parse", "HEAD")).toBe(before);
});

test("a repository inside the worktree is refused instead of lost", async () => {
  const { add } = await sandbox();
  const worktree = await add("TSK-001");
  const inner = join(worktree.path, "inner");
  mkdirSync(inner);
  git(inner, "init", "--quiet");
  put(inner, { "a.txt": "a" });
  git(inner, "add", "--all");
  git(inner, "commit", "--quiet", "--message=inner");
  await expect(commitAll(worktree, { message: "m" })).rejects.toMatchObject({
    code: "EMBEDDED_REPOSITORY",
    details: { paths: ["inner"] },
  });
});

test("a reset puts branch, files and untracked leftovers back", async () => {
  const { add, base, clone } = await sandbox();
  const worktree = await add("TSK-001");
  put(worktree.path, { "b.txt": "b\n" });
  const commit = commitId((await commitAll(worktree, { message: "b" })) ?? "");
  put(worktree.path, { "a.txt": "changed\n", "dir/untracked.txt": "u\n" });
  await resetWorktree(worktree, base);
  expect(await currentHead(worktree)).toBe(base);
  expect(await uncommittedFiles(worktree)).toEqual([]);
  expect(existsSync(join(worktree.path, "b.txt"))).toBe(false);
  await removeWorktree(clone, worktree.path);
  await resetBranch(clone, worktree.branch, commit);
  expect(git(clone.path, "rev-parse", worktree.branch)).toBe(commit);
});

test("a diff lists adds, edits, deletions, renames and binaries, and is cut with a word about it", async () => {
  const body = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
  const { add, base, clone } = await sandbox({
    "old.txt": body,
    "edit.txt": "1\n2\n",
    "gone.txt": "g\n",
  });
  const worktree = await add("TSK-001");
  put(worktree.path, {
    "old.txt": null,
    "new name.txt": body,
    "edit.txt": "1\n3\n4\n",
    "gone.txt": null,
    "bin.dat": "\0\x01",
    "added\ttab.txt": "a\n",
  });
  const head = commitId((await commitAll(worktree, { message: "all" })) ?? "");
  const plain = { previousPath: undefined, binary: false, additions: 0, deletions: 0 };
  expect(await changedFiles(clone, base, head)).toEqual([
    { ...plain, path: "added\ttab.txt", status: "added", additions: 1 },
    { ...plain, path: "bin.dat", status: "added", binary: true },
    { ...plain, path: "edit.txt", status: "modified", additions: 2, deletions: 1 },
    { ...plain, path: "gone.txt", status: "deleted", deletions: 1 },
    { ...plain, path: "new name.txt", status: "renamed", previousPath: "old.txt" },
  ]);
  const whole = await diffText(clone, base, head);
  expect(whole.truncated).toBe(false);
  expect(whole.text).toContain("-2\n+3\n+4\n");
  const cut = await diffText(clone, base, head, { maxBytes: 50 });
  expect(cut).toEqual({ text: whole.text.slice(0, 50), truncated: true });
});
