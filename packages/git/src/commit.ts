import { UserError, isCodedError } from "@aomori/protocol";

import {
  defaultIdentity,
  identityEnvironment,
  runGit,
  zeroSeparated,
  type GitOptions,
  type Identity,
} from "./git-command.ts";
import { gitError } from "./git-error.ts";
import { isMerging } from "./merge-state.ts";
import { commitId, type CommitId } from "./names.ts";
import { attach, clearIndexLock, currentHead, inWorktree, type Worktree } from "./worktree.ts";

export interface CommitRequest {
  readonly message: string;
  /** Written as `Name: value` lines under the message; no line breaks inside. */
  readonly trailers?: Readonly<Record<string, string>>;
  /** Author and committer; Aomori itself when not given. */
  readonly identity?: Identity;
}

/**
 * Commits everything in a worktree that git does not ignore, on the worktree's branch; undefined when nothing changed.
 * Throws MERGE_IN_PROGRESS (see `concludeMerge`), EMBEDDED_REPOSITORY (git would record an address and lose the files)
 * and WORKTREE_OFF_BRANCH.
 */
export async function commitAll(
  worktree: Worktree,
  request: CommitRequest,
  options: GitOptions = {},
): Promise<CommitId | undefined> {
  if (await isMerging(worktree)) {
    throw new UserError(
      "conflict",
      "MERGE_IN_PROGRESS",
      `${worktree.path} is in the middle of a merge; conclude it or reset the worktree`,
      { details: { path: worktree.path } },
    );
  }
  await attach(worktree, options);
  await stageAll(worktree, options);
  return commitStaged(worktree, request, options);
}

/** Files of a worktree that differ from its commit, untracked ones too, by path. */
export async function uncommittedFiles(
  worktree: Worktree,
  options: GitOptions = {},
): Promise<string[]> {
  const { stdout } = await runGit(
    ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"],
    inWorktree(worktree, options, "read"),
  );
  return zeroSeparated(stdout).map((line) => line.slice(3));
}

/** The commits that `head` has and `base` has not, oldest first. */
export async function commitsBetween(
  worktree: Worktree,
  base: CommitId,
  head: CommitId,
  options: GitOptions = {},
): Promise<CommitId[]> {
  const { stdout } = await runGit(
    ["rev-list", "--reverse", "--topo-order", `${base}..${head}`],
    inWorktree(worktree, options, "read"),
  );
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(commitId);
}

/** Stages every change; a lock of a git that was killed here is removed and the command run again. */
export async function stageAll(worktree: Worktree, options: GitOptions): Promise<void> {
  const stage = () => runGit(["add", "--all"], inWorktree(worktree, options, "write"));
  let staged;
  try {
    staged = await stage();
  } catch (error) {
    if (!isCodedError(error) || error.code !== "GIT_LOCKED") throw error;
    await clearIndexLock(worktree);
    staged = await stage();
  }
  const embedded = [...staged.stderr.matchAll(/adding embedded git repository: (.+)$/gm)];
  if (embedded.length === 0) return;
  const paths = embedded.map((match) => match[1] ?? "");
  throw new UserError(
    "validation",
    "EMBEDDED_REPOSITORY",
    `${paths.join(", ")} in ${worktree.path} is a git repository of its own, so its files cannot be committed; remove its .git directory`,
    { details: { paths } },
  );
}

/** Commits the index; undefined when it equals the last commit and no merge is being concluded. */
export async function commitStaged(
  worktree: Worktree,
  request: CommitRequest,
  options: GitOptions,
): Promise<CommitId | undefined> {
  const command = inWorktree(worktree, options, "write");
  const result = await runGit(
    ["commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--file=-"],
    {
      ...command,
      env: { ...options.env, ...identityEnvironment(request.identity ?? defaultIdentity) },
      stdin: fullMessage(request),
      accept: [1],
    },
  );
  if (result.exitCode === 0) return currentHead(worktree, options);
  // git has one exit code for "nothing to commit" and for failures: ask again in a way that tells them apart.
  const same = await runGit(["diff", "--cached", "--quiet"], { ...command, accept: [1] });
  if (same.exitCode === 0) return undefined;
  throw gitError(["commit"], result);
}

/** A message with its trailers, as git-interpret-trailers(1) reads them. */
export function fullMessage(request: CommitRequest): string {
  const trailers = Object.entries(request.trailers ?? {}).map(
    ([name, value]) => `${name}: ${value.replaceAll(/\s+/g, " ").trim()}`,
  );
  const body = request.message.trim();
  return trailers.length === 0 ? `${body}\n` : `${body}\n\n${trailers.join("\n")}\n`;
}
