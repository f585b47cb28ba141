import { mkdirSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  branchCommit,
  branchName,
  checkGit,
  commitId,
  fetchBase,
  inspectRepository,
  integrationBranch,
  openClone,
  repositorySource,
  taskBranch,
} from "@aomori/git";

import { git, put, sandbox, temporaryDirectory, userRepository } from "./sandbox.ts";

test("what is no usable repository is told apart", async () => {
  const root = temporaryDirectory();
  await expect(inspectRepository(join(root, "none"))).rejects.toMatchObject({
    code: "REPOSITORY_NOT_FOUND",
  });
  await expect(inspectRepository(root)).rejects.toMatchObject({ code: "NOT_A_GIT_REPOSITORY" });
  git(root, "init", "--quiet");
  await expect(inspectRepository(root)).rejects.toMatchObject({ code: "REPOSITORY_EMPTY" });
  git(root, "init", "--quiet", "--bare", "b.git");
  await expect(inspectRepository(join(root, "b.git"))).rejects.toMatchObject({
    code: "REPOSITORY_EMPTY",
  });
});

test("branch, detached head, dirt, bare repositories and subdirectories are facts", async () => {
  const root = temporaryDirectory();
  const user = userRepository(root, { "src/a.ts": "1\n" });
  const commit = git(user, "rev-parse", "HEAD");
  expect(await inspectRepository(join(user, "src"))).toEqual({
    topLevel: user,
    commonDirectory: join(user, ".git"),
    bare: false,
    head: { kind: "branch", branch: "main", commit },
    dirty: false,
  });
  put(user, { "new.txt": "x" });
  git(user, "checkout", "--quiet", "--detach");
  expect(await inspectRepository(user)).toMatchObject({
    head: { kind: "detached", commit },
    dirty: true,
  });
  git(root, "clone", "--quiet", "--bare", user, "b.git");
  expect(await inspectRepository(join(root, "b.git"))).toMatchObject({ bare: true, dirty: false });
  expect(await branchCommit(user, branchName("main"))).toBe(commit);
  expect(await branchCommit(user, branchName("no"))).toBeUndefined();
});

test("a base is fetched as it is now, also from a detached head; a missing branch names those there are", async () => {
  const { user, clone, base } = await sandbox();
  put(user, { "b.txt": "b\n" });
  git(user, "add", "--all");
  git(user, "commit", "--quiet", "--message=second");
  const second = await fetchBase(clone, { kind: "branch", branch: branchName("main") });
  expect(second).not.toBe(base);
  expect(second).toBe(git(user, "rev-parse", "HEAD"));
  git(user, "checkout", "--quiet", "--detach");
  put(user, { "c.txt": "c\n" });
  git(user, "add", "--all");
  git(user, "commit", "--quiet", "--message=third");
  expect(await fetchBase(clone, { kind: "head" })).toBe(git(user, "rev-parse", "HEAD"));
  await expect(
    fetchBase(clone, { kind: "branch", branch: branchName("nope") }),
  ).rejects.toMatchObject({
    code: "BRANCH_NOT_FOUND",
    message: expect.stringContaining("it has main"),
  });
});

test("a clone holds none of the user's branches as its own, and is made once", async () => {
  const { root, user, clone } = await sandbox();
  git(user, "branch", "aomori");
  expect(git(clone.path, "for-each-ref", "refs/heads")).toBe("");
  git(root, "init", "--quiet", "--bare", "marker");
  put(clone.path, { marker: "kept" });
  await openClone(clone.path, repositorySource(user, "/"));
  expect(git(clone.path, "config", "remote.origin.url")).toBe(user);
  const racers = await Promise.all(
    [1, 2, 3].map(() => openClone(join(root, "race.git"), repositorySource(user, "/"))),
  );
  expect(new Set(racers.map(({ path }) => path)).size).toBe(1);
});

test("a clone that cannot be made leaves nothing, and what a killed one left goes", async () => {
  const root = temporaryDirectory();
  const path = join(root, "c.git");
  mkdirSync(`${path}.1-dead.tmp`);
  await expect(openClone(path, repositorySource(join(root, "no-repo"), "/"))).rejects.toMatchObject(
    { code: "REPOSITORY_NOT_FOUND" },
  );
  const user = userRepository(root, { a: "1" });
  await openClone(path, repositorySource(`file://${user}`, "/"));
  expect(git(root, "-C", path, "rev-parse", "--is-bare-repository")).toBe("true");
  const { readdirSync } = await import("node:fs");
  expect(readdirSync(root).sort()).toEqual(["c.git", "user"]);
});

test("sources and names are parsed, not trusted", () => {
  expect(repositorySource("../x", "/a/b")).toEqual({ kind: "path", path: "/a/x" });
  expect(repositorySource("git@github.com:o/r.git", "/").kind).toBe("url");
  for (const bad of ["", "-uhack", "ext::sh -c id", "javascript://x", "a\nb"]) {
    expect(() => repositorySource(bad, "/"), bad).toThrow(
      expect.objectContaining({ code: "REPOSITORY_SOURCE_INVALID" }),
    );
  }
  expect(taskBranch("web-login", "TSK-001")).toBe("aomori/web-login/TSK-001");
  expect(integrationBranch("web-login")).toBe("aomori/web-login/main");
  expect(() => taskBranch("../x", "TSK-001")).toThrow(
    expect.objectContaining({ code: "BRANCH_NAME_INVALID" }),
  );
  expect(() => commitId("HEAD")).toThrow(expect.objectContaining({ code: "COMMIT_ID_INVALID" }));
});

test("a name we accept as a branch is one that git accepts", () => {
  const root = temporaryDirectory();
  const part = fc.constantFrom(
    "a",
    "/",
    ".",
    "-",
    "@",
    "{",
    "~",
    " ",
    "lock",
    ".lock",
    "é",
    "\\",
    "HEAD",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const text = parts.join("");
      let accepted = true;
      try {
        branchName(text);
      } catch {
        accepted = false;
      }
      if (accepted) expect(git(root, "check-ref-format", "--branch", text)).toBe(text);
    }),
    { numRuns: 80 },
  );
});

test("the installed git is new enough and says its version", async () => {
  expect(await checkGit()).toMatch(/^2\.\d+/);
});
