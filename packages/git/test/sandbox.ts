import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onTestFinished } from "vitest";

import {
  addWorktree,
  branchName,
  fetchBase,
  openClone,
  repositorySource,
  type CommitId,
  type ProjectClone,
  type Worktree,
} from "@aomori/git";

/** A real, empty directory that is removed when the test ends. */
export function temporaryDirectory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "aomori-git-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Raw git, as a user has it. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", ["-c", "user.name=U", "-c", "user.email=u@example.com", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

export type Files = Readonly<Record<string, string | null>>;

/** Writes files; null removes one. */
export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    if (content === null) rmSync(target, { force: true, recursive: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
}

/** A user's repository with one commit on `main`. */
export function userRepository(root: string, files: Files): string {
  const path = join(root, "user");
  mkdirSync(path, { recursive: true });
  git(path, "init", "--quiet", "--initial-branch=main");
  put(path, files);
  git(path, "add", "--all");
  git(path, "commit", "--quiet", "--message=first");
  return path;
}

export interface Sandbox {
  readonly root: string;
  readonly user: string;
  readonly clone: ProjectClone;
  readonly base: CommitId;
  add(task: string, from?: CommitId): Promise<Worktree>;
}

/** A user's repository and our clone of it. */
export async function sandbox(files: Files = { "a.txt": "one\n" }): Promise<Sandbox> {
  const root = temporaryDirectory();
  const user = userRepository(root, files);
  const clone = await openClone(join(root, "clones", "p.git"), repositorySource(user, "/"));
  const base = await fetchBase(clone, { kind: "branch", branch: branchName("main") });
  const add = (task: string, from: CommitId = base) =>
    addWorktree(clone, {
      path: join(root, "worktrees", task),
      branch: branchName(`aomori/s/${task}`),
      from,
    });
  return { root, user, clone, base, add };
}

/** One hash over every path, mode-free content and link under a directory, `.git` included. */
export function hashTree(root: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { entry, path } of entries) {
    hash.update(`\0${path}\0`);
    if (entry.isFile()) hash.update(readFileSync(path));
    else if (entry.isSymbolicLink()) hash.update(readlinkSync(path));
  }
  return hash.digest("hex");
}
