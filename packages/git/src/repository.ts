import { stat } from "node:fs/promises";

import { UserError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";

import { runGit, zeroSeparated, type GitOptions } from "./git-command.ts";
import { branchName, commitId, type BranchName, type CommitId } from "./names.ts";

export type RepositoryHead =
  | { readonly kind: "branch"; readonly branch: BranchName; readonly commit: CommitId }
  | { readonly kind: "detached"; readonly commit: CommitId };

export interface RepositoryFacts {
  /** The checkout's top directory; of a bare repository the repository itself. */
  readonly topLevel: string;
  /** The repository behind all its worktrees. */
  readonly commonDirectory: string;
  readonly bare: boolean;
  readonly head: RepositoryHead;
  /** True with uncommitted or untracked files; they are not part of what a clone sees. */
  readonly dirty: boolean;
}

/**
 * Looks at a user's repository without writing to it. Throws REPOSITORY_NOT_FOUND (no such directory),
 * NOT_A_GIT_REPOSITORY and REPOSITORY_EMPTY (no commit yet); dirty and detached are facts for the caller.
 */
export async function inspectRepository(
  path: string,
  options: GitOptions = {},
): Promise<RepositoryFacts> {
  await checkDirectory(path);
  const read = { ...options, cwd: path, kind: "read" } as const;
  const where = await runGit(
    ["rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-common-dir"],
    read,
  );
  const [bareText = "", commonDirectory = path] = where.stdout.split("\n");
  const bare = bareText === "true";
  if (bare) {
    const head = await headOfBare(path, options);
    return { topLevel: commonDirectory, commonDirectory, bare, head, dirty: false };
  }
  const [top, status] = await Promise.all([
    runGit(["rev-parse", "--show-toplevel"], read),
    runGit(["status", "--porcelain=v2", "--branch", "-z"], read),
  ]);
  const lines = zeroSeparated(status.stdout);
  return {
    topLevel: top.stdout.replace(/\n$/, ""),
    commonDirectory,
    bare,
    head: parseHead(lines, path),
    dirty: lines.some((line) => !line.startsWith("# ")),
  };
}

/** The commit a branch of a repository points at; undefined when it has no such branch. */
export async function branchCommit(
  repository: string,
  branch: BranchName,
  options: GitOptions = {},
): Promise<CommitId | undefined> {
  const { exitCode, stdout } = await runGit(
    ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`],
    { ...options, cwd: repository, kind: "read", accept: [1] },
  );
  return exitCode === 0 ? commitId(stdout.trim()) : undefined;
}

async function headOfBare(path: string, options: GitOptions): Promise<RepositoryHead> {
  const read = { ...options, cwd: path, kind: "read", accept: [1] } as const;
  const [commit, branch] = await Promise.all([
    runGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], read),
    runGit(["symbolic-ref", "--quiet", "--short", "HEAD"], read),
  ]);
  if (commit.exitCode !== 0) throw repositoryEmpty(path);
  const id = commitId(commit.stdout.trim());
  return branch.exitCode === 0
    ? { kind: "branch", branch: branchName(branch.stdout.trim()), commit: id }
    : { kind: "detached", commit: id };
}

function parseHead(lines: readonly string[], path: string): RepositoryHead {
  const header = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header("branch.oid");
  const branch = header("branch.head");
  if (commit === undefined || commit === "(initial)") throw repositoryEmpty(path);
  return branch === undefined || branch === "(detached)"
    ? { kind: "detached", commit: commitId(commit) }
    : { kind: "branch", branch: branchName(branch), commit: commitId(commit) };
}

async function checkDirectory(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== "ENOENT" && errno !== "ENOTDIR") throw ioError(error, `cannot look at ${path}`);
  }
  throw new UserError(
    "not_found",
    "REPOSITORY_NOT_FOUND",
    `${path} is not a directory; give the path of a git repository`,
    { details: { path } },
  );
}

function repositoryEmpty(path: string): UserError {
  return new UserError(
    "validation",
    "REPOSITORY_EMPTY",
    `${path} has no commit yet; make one with "git commit" first`,
    { details: { path } },
  );
}
