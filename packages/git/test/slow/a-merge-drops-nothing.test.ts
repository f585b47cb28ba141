import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  commitAll,
  commitId,
  concludeMerge,
  conflictScore,
  currentHead,
  mergeInto,
  resetWorktree,
  uncommittedFiles,
  type CommitId,
  type Worktree,
} from "@aomori/git";

import { git, put, sandbox, type Files } from "../sandbox.ts";

async function commit(worktree: Worktree, files: Files): Promise<CommitId> {
  put(worktree.path, files);
  return commitId((await commitAll(worktree, { message: "work" })) ?? "");
}

test("merged, up to date and conflict are three answers, and the worktree is clean after each", async () => {
  const { add, base } = await sandbox({ "a.txt": "1\n2\n3\n4\n5\n" });
  const [main, one, two] = [await add("main"), await add("one"), await add("two")];
  const fromOne = await commit(one, { "a.txt": "one\n2\n3\n4\n5\n" });
  const fromTwo = await commit(two, { "a.txt": "two\n2\n3\n4\n5\n" });
  const merged = await mergeInto(main, {
    from: fromOne,
    message: "Merge one",
    trailers: { Task: "TSK-001" },
  });
  expect(merged).toEqual({ kind: "merged", commit: await currentHead(main) });
  expect(git(main.path, "log", "-1", "--format=%P|%B")).toBe(
    `${base} ${fromOne}|Merge one\n\nTask: TSK-001`,
  );
  expect(await mergeInto(main, { from: fromOne, message: "again" })).toEqual({
    kind: "up_to_date",
    commit: await currentHead(main),
  });
  const before = await currentHead(main);
  expect(await mergeInto(main, { from: fromTwo, message: "Merge two" })).toEqual({
    kind: "conflict",
    files: [{ path: "a.txt", kind: "text", versions: ["base", "ours", "theirs"] }],
    theirs: fromTwo,
  });
  expect(await uncommittedFiles(main)).toEqual([]);
  expect(await currentHead(main)).toBe(before);
  expect(readFileSync(join(main.path, "a.txt"), "utf8")).toBe("one\n2\n3\n4\n5\n");
});

test("a conflict is concluded only when every marker is gone and every choice is made", async () => {
  const { add } = await sandbox({ "a.txt": "1\n", "gone.txt": "g\n", "bin.dat": "\0base" });
  const [main, task] = [await add("main"), await add("task")];
  await commit(main, { "a.txt": "ours\n", "gone.txt": null, "bin.dat": "\0ours" });
  const from = await commit(task, {
    "a.txt": "theirs\n",
    "gone.txt": "kept\n",
    "bin.dat": "\0theirs",
  });
  const merge = () => mergeInto(main, { from, message: "m", leaveConflicts: true });
  const first = await merge();
  const conflict = await merge();
  expect(conflict).toEqual(first);
  if (conflict.kind !== "conflict") throw new Error(conflict.kind);
  expect(conflict.files.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    "a.txt text",
    "bin.dat choice",
    "gone.txt choice",
  ]);
  const text = readFileSync(join(main.path, "a.txt"), "utf8");
  expect(text).toContain("ours\n");
  expect(text).toContain("theirs\n");
  await expect(commitAll(main, { message: "x" })).rejects.toMatchObject({
    code: "MERGE_IN_PROGRESS",
  });
  const conclude = (decided: string[]) =>
    concludeMerge(main, { conflict, message: "Resolve", decided });
  await expect(conclude(["bin.dat", "gone.txt"])).rejects.toMatchObject({
    code: "CONFLICTS_UNRESOLVED",
    details: { paths: ["a.txt"] },
  });
  put(main.path, { "a.txt": "ours\ntheirs\n<<<<<<< a heading of a manual\n" });
  await expect(conclude(["gone.txt"])).rejects.toMatchObject({ details: { paths: ["bin.dat"] } });
  const done = await conclude(["bin.dat", "gone.txt"]);
  expect(git(main.path, "log", "-1", "--format=%P", done).split(" ")).toContain(from);
  expect(await uncommittedFiles(main)).toEqual([]);
  expect(await conclude([])).toBe(done);
  put(main.path, { "later.txt": "l\n" });
  const later = await commitAll(main, { message: "later" });
  expect(await conclude([])).toBe(later);
  await expect(
    concludeMerge(main, {
      conflict: {
        ...conflict,
        theirs: commitId(git(main.path, "commit-tree", "HEAD^{tree}", "-m", "elsewhere")),
      },
      message: "x",
    }),
  ).rejects.toMatchObject({ code: "NO_MERGE_IN_PROGRESS" });
});

test("a merge driver of the user's that prefers one side is not used", async () => {
  const { add, root } = await sandbox({ "a.txt": "1\n", ".gitattributes": "a.txt merge=ours\n" });
  put(root, { "home/.gitconfig": '[merge "ours"]\n\tdriver = true\n[rerere]\n\tenabled = true\n' });
  const env = { HOME: join(root, "home") };
  const [main, task] = [await add("main"), await add("task")];
  await commit(main, { "a.txt": "ours\n" });
  const from = await commit(task, { "a.txt": "theirs\n" });
  expect((await mergeInto(main, { from, message: "m" }, { env })).kind).toBe("conflict");
});

test("files of a merge that was cut are undone, files of somebody else are not", async () => {
  const { add } = await sandbox({ "a.txt": "1\n", "mine.txt": "m\n" });
  const [main, task] = [await add("main"), await add("task")];
  const from = await commit(task, { "a.txt": "2\n", "new/file.txt": "n\n" });
  // As a killed git leaves it: some files written, the index and HEAD as before.
  writeFileSync(join(main.gitDirectory, "aomori-merging"), from);
  put(main.path, {
    "a.txt": "2\n",
    "new/file.txt": "half",
    "mine.txt": "work\n",
    "other.txt": "o\n",
  });
  expect((await mergeInto(main, { from, message: "m" })).kind).toBe("merged");
  expect(await uncommittedFiles(main)).toEqual(["mine.txt", "other.txt"]);
  expect(readFileSync(join(main.path, "new/file.txt"), "utf8")).toBe("n\n");
});

test("a merge into files that are not committed is refused and loses none of them", async () => {
  const { add } = await sandbox();
  const [main, task] = [await add("main"), await add("task")];
  const from = await commit(task, { "new.txt": "task\n" });
  put(main.path, { "new.txt": "precious\n" });
  await expect(mergeInto(main, { from, message: "m" })).rejects.toMatchObject({
    code: "WORKTREE_NOT_CLEAN",
  });
  expect(readFileSync(join(main.path, "new.txt"), "utf8")).toBe("precious\n");
});

const word = fc.constantFrom("alpha", "beta", "gamma");
/** Edits of a six-line file: each line kept, replaced, deleted, or followed by a new one. */
const edit = fc.array(fc.constantFrom("keep", "keep", "keep", "replace", "delete", "insert"), {
  minLength: 6,
  maxLength: 6,
});
const side = fc.record({
  files: fc.dictionary(fc.constantFrom("x.txt", "y.txt"), edit, { maxKeys: 2 }),
  fresh: fc.option(word, { nil: undefined }),
});
const original = (name: string) => Array.from({ length: 6 }, (_, index) => `${name} ${index}`);

interface Side {
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly fresh: string | undefined;
}

/** The files of one side and every line that it alone has added; each such line is unique to the side. */
function play(from: Side, label: string): { files: Record<string, string>; added: string[] } {
  const files: Record<string, string> = {};
  const added: string[] = [];
  const fresh = (text: string) => {
    added.push(text);
    return text;
  };
  for (const [name, steps] of Object.entries(from.files)) {
    const lines = original(name).flatMap((line, index) => {
      switch (steps[index]) {
        case "replace":
          return [fresh(`${label} replaces ${name} ${index}`)];
        case "delete":
          return [];
        case "insert":
          return [line, fresh(`${label} adds after ${name} ${index}`)];
        default:
          return [line];
      }
    });
    files[name] = `${lines.join("\n")}\n`;
  }
  if (from.fresh !== undefined)
    files[`${from.fresh}.txt`] = `${fresh(`${label} writes ${from.fresh}`)}\n`;
  return { files, added };
}

test("of generated pairs of branches no added line is ever missing, and the score keeps its laws", async () => {
  const { add, base, clone } = await sandbox({
    "x.txt": `${original("x.txt").join("\n")}\n`,
    "y.txt": `${original("y.txt").join("\n")}\n`,
  });
  const [main, task] = [await add("main"), await add("task")];
  const seen = { merged: 0, conflict: 0, up_to_date: 0 };
  await fc.assert(
    fc.asyncProperty(side, side, async (left, right) => {
      const [ours, theirs] = [play(left, "ours"), play(right, "theirs")];
      await resetWorktree(main, base);
      await resetWorktree(task, base);
      put(main.path, ours.files);
      put(task.path, theirs.files);
      const head = (await commitAll(main, { message: "o" })) ?? base;
      const from = (await commitAll(task, { message: "t" })) ?? base;

      const score = await conflictScore(clone, head, from);
      expect(await conflictScore(clone, from, head)).toEqual(score);
      expect(score.score).toBeGreaterThanOrEqual(0);
      expect(score.score).toBeLessThan(1);

      const result = await mergeInto(main, { from, message: "m", leaveConflicts: true });
      seen[result.kind]++;
      const files = git(main.path, "ls-files", "-z").split("\0");
      const everything = [...new Set(files)]
        .filter((path) => path !== "" && existsSync(join(main.path, path)))
        .map((path) => readFileSync(join(main.path, path), "utf8"))
        .join("");
      for (const line of [...ours.added, ...theirs.added])
        expect(everything).toContain(`${line}\n`);
      expect(everything.includes("<<<<<<<")).toBe(result.kind === "conflict");

      if (result.kind === "conflict") {
        expect(score.conflictingFiles).toEqual(result.files.map(({ path }) => path).sort());
        expect(score.score).toBeGreaterThan(0.3);
        expect(score.conflictingHunks).toBeGreaterThan(0);
      } else {
        expect(score.level).toBe("low");
        expect(score.score > 0).toBe(score.overlappingFiles.length > 0);
      }
      const disjoint = !Object.keys(ours.files).some((path) => path in theirs.files);
      if (disjoint) expect(score.score).toBe(0);
    }),
    { numRuns: 25 },
  );
  expect(seen.merged).toBeGreaterThan(0);
  expect(seen.conflict).toBeGreaterThan(0);
}, 60_000);

test("the score rises with hunks and files, and counts what cannot be marked", async () => {
  const body = Array.from({ length: 40 }, (_, index) => `${index}\n`);
  const withLines = (label: string, at: number[]) =>
    body.map((line, index) => (at.includes(index) ? `${label} ${line}` : line)).join("");
  const base = { "a.txt": body.join(""), "b.txt": body.join(""), "bin.dat": "\0base" };
  const { add, clone } = await sandbox(base);
  const ours = await add("ours");
  const all = {
    "a.txt": withLines("o", [1, 10, 20, 30]),
    "b.txt": withLines("o", [1, 10, 20, 30]),
  };
  const head = await commit(ours, { ...all, "bin.dat": "\0ours" });
  const scores = [];
  for (const files of [
    { "c.txt": "c" },
    { "a.txt": withLines("t", [5]) },
    { "a.txt": withLines("t", [1]) },
    { "a.txt": withLines("t", [1, 20]) },
    { "bin.dat": "\0theirs" },
    {
      "a.txt": withLines("t", [1, 10, 20]),
      "b.txt": withLines("t", [1, 10, 20, 30]),
      "bin.dat": "\0theirs",
    },
  ]) {
    const worktree = await add(`t${scores.length}`);
    scores.push(await conflictScore(clone, head, await commit(worktree, files)));
  }
  expect(
    scores.map(({ score, level, conflictingHunks }) => [score, level, conflictingHunks]),
  ).toEqual([
    [0, "low", 0],
    [0.06, "low", 0],
    [0.505, "medium", 1],
    [0.557, "medium", 2],
    [0.6, "medium", 3],
    [0.795, "high", 10],
  ]);
});
