import { RetryableError, UserError, isCodedError } from "@aomori/protocol";

import { inClone, type ProjectClone } from "./clone.ts";
import { fullMessage, type CommitRequest } from "./commit.ts";
import { defaultIdentity, identityEnvironment, runGit, type GitOptions } from "./git-command.ts";
import { trialMerge } from "./merge-tree.ts";
import { branchRef, commitId, type BranchName, type CommitId } from "./names.ts";
import { branchCommit } from "./repository.ts";
import { parseWorktreeList } from "./worktree-list.ts";

export interface MoveUserBranchRequest extends CommitRequest {
  /** The user's repository, a local path. */
  readonly repository: string;
  readonly branch: BranchName;
  /** A commit of the clone. */
  readonly from: CommitId;
}

/** `before` is where the branch stands; undefined when it does not exist yet. */
export type UserBranchMove =
  | { readonly kind: "up_to_date"; readonly before: CommitId }
  | { readonly kind: "create"; readonly before: undefined; readonly after: CommitId }
  | { readonly kind: "fast_forward"; readonly before: CommitId; readonly after: CommitId }
  | { readonly kind: "merge_commit"; readonly before: CommitId; readonly after: CommitId }
  | {
      readonly kind: "conflict";
      readonly before: CommitId;
      readonly conflictingFiles: readonly string[];
    };

/**
 * Says what `moveUserBranch` would do, and writes nothing to the user's repository. A merge commit is made in the clone
 * only. Throws BRANCH_CHECKED_OUT when a worktree of the user's has the branch.
 */
export async function planUserBranchMove(
  clone: ProjectClone,
  request: MoveUserBranchRequest,
  options: GitOptions = {},
): Promise<UserBranchMove> {
  await refuseCheckedOut(request, options);
  const before = await branchCommit(request.repository, request.branch, options);
  if (before === undefined) return { kind: "create", before, after: request.from };
  await fetchUserBranch(clone, request, options);
  if (await isAncestor(clone, request.from, before, options)) return { kind: "up_to_date", before };
  if (await isAncestor(clone, before, request.from, options)) {
    return { kind: "fast_forward", before, after: request.from };
  }
  const { tree, conflictingFiles } = await trialMerge(clone, before, request.from, options);
  if (conflictingFiles.length > 0) return { kind: "conflict", before, conflictingFiles };
  const after = await commitTree(clone, { tree, before, request }, options);
  return { kind: "merge_commit", before, after };
}

/**
 * Moves a branch of the user's: the only thing that writes to the user's repository. Fast-forwards where that is possible,
 * adds a merge commit where it merges cleanly, changes nothing on `conflict` and `up_to_date`. Throws BRANCH_CHECKED_OUT,
 * and USER_BRANCH_MOVED (retryable) when the user moved it meanwhile.
 */
export async function moveUserBranch(
  clone: ProjectClone,
  request: MoveUserBranchRequest,
  options: GitOptions = {},
): Promise<UserBranchMove> {
  const move = await planUserBranchMove(clone, request, options);
  if (move.kind === "conflict" || move.kind === "up_to_date") return move;
  const carrier = `refs/aomori/into/${request.branch}`;
  const write = { ...inClone(clone), ...options, kind: "write" } as const;
  await runGit(["update-ref", carrier, move.after], write);
  try {
    // A fetch without "+" moves a branch forward only, and never one that is checked out: git checks both itself.
    await runGit(
      [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        clone.path,
        `${carrier}:${branchRef(request.branch)}`,
      ],
      { ...options, cwd: request.repository, kind: "write", accept: [1] },
    );
  } catch (error) {
    if (isCodedError(error) && /refusing to fetch into/.test(error.message)) {
      throw checkedOut(request, request.repository);
    }
    throw error;
  } finally {
    await runGit(["update-ref", "-d", carrier], write);
  }
  if ((await branchCommit(request.repository, request.branch, options)) !== move.after) {
    throw new RetryableError(
      "conflict",
      "USER_BRANCH_MOVED",
      `${request.branch} was moved by somebody else meanwhile; try again`,
      { details: { branch: request.branch } },
    );
  }
  return move;
}

async function refuseCheckedOut(
  request: MoveUserBranchRequest,
  options: GitOptions,
): Promise<void> {
  const { stdout } = await runGit(["worktree", "list", "--porcelain", "-z"], {
    ...options,
    cwd: request.repository,
    kind: "read",
  });
  const user = parseWorktreeList(stdout).find(({ branch }) => branch === request.branch);
  if (user !== undefined) throw checkedOut(request, user.path);
}

function checkedOut(request: MoveUserBranchRequest, path: string): UserError {
  return new UserError(
    "conflict",
    "BRANCH_CHECKED_OUT",
    `${request.branch} is checked out in ${path}; switch that checkout to another branch, or merge into a new one`,
    { details: { branch: request.branch, path } },
  );
}

/** Brings the user's commits into the clone, so that they can be compared there. */
async function fetchUserBranch(
  clone: ProjectClone,
  request: MoveUserBranchRequest,
  options: GitOptions,
): Promise<void> {
  const ref = branchRef(request.branch);
  await runGit(
    [
      "fetch",
      "--quiet",
      "--no-tags",
      "--no-write-fetch-head",
      request.repository,
      `+${ref}:refs/remotes/origin/${request.branch}`,
    ],
    { ...inClone(clone), ...options, kind: "write" },
  );
}

async function isAncestor(
  clone: ProjectClone,
  ancestor: CommitId,
  of: CommitId,
  options: GitOptions,
): Promise<boolean> {
  const { exitCode } = await runGit(["merge-base", "--is-ancestor", ancestor, of], {
    ...inClone(clone),
    ...options,
    kind: "read",
    accept: [1],
  });
  return exitCode === 0;
}

async function commitTree(
  clone: ProjectClone,
  merge: {
    readonly tree: string;
    readonly before: CommitId;
    readonly request: MoveUserBranchRequest;
  },
  options: GitOptions,
): Promise<CommitId> {
  const { tree, before, request } = merge;
  const { stdout } = await runGit(
    ["commit-tree", tree, "-p", before, "-p", request.from, "-F", "-"],
    {
      ...inClone(clone),
      ...options,
      kind: "write",
      env: { ...options.env, ...identityEnvironment(request.identity ?? defaultIdentity) },
      stdin: fullMessage(request),
    },
  );
  return commitId(stdout.trim());
}
