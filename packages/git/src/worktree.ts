import { mkdir, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { TerminalError, UserError } from "@aomori/protocol";
import { errnoOf, ioError, readTextFile, type ChildResult } from "@aomori/system";

import { inClone, type ProjectClone } from "./clone.ts";
import { runGit, type GitCommand, type GitOptions } from "./git-command.ts";
import { branchName, branchRef, commitId, type BranchName, type CommitId } from "./names.ts";
import { gitError, worktreeBusyCode } from "./git-error.ts";
import { resolvedPath } from "./resolved-path.ts";
import { noteAdded, noteAdding, wasBeingAdded } from "./worktree-adding.ts";
import { removeAdministration } from "./worktree-administration.ts";
import { listWorktrees, type WorktreeEntry } from "./worktree-list.ts";
import { maxAttempts, waitForOthers } from "./worktree-race.ts";

/** A checkout of one branch, for one task. Whoever works in it is alone in it. */
export interface Worktree {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly branch: BranchName;
  readonly clone: ProjectClone;
  /** The worktree's own directory inside the clone; commands name it, so that a changed `.git` file leads nowhere. */
  readonly gitDirectory: string;
}

export interface AddWorktreeRequest {
  readonly path: string;
  readonly branch: BranchName;
  /** Where a new branch starts; one that exists stays where it is. */
  readonly from: CommitId;
}

/**
 * Makes a worktree with its branch, or finds the one made before: the natural key is path and branch. What a crash left
 * half-made is made again; a complete worktree is never touched. Throws WORKTREE_PATH_OCCUPIED when the path holds
 * something else and WORKTREE_BRANCH_MISMATCH when it is on another branch.
 */
export async function addWorktree(
  clone: ProjectClone,
  request: AddWorktreeRequest,
  options: GitOptions = {},
): Promise<Worktree> {
  await mkdir(dirname(request.path), { recursive: true });
  const path = await resolvedPath(request.path);
  if (!(await isOccupied(path))) {
    await noteAdding(clone, path);
    const branch = ["--no-track", "-b", request.branch];
    const added = await add(clone, path, branch, request.from, options);
    if (added.exitCode === 0) return finish(clone, path, request.branch);
  }
  return recover(clone, { ...request, path }, options);
}

/** Removes a worktree and whatever is in it; its branch stays. Nothing there is no error. */
export async function removeWorktree(
  clone: ProjectClone,
  givenPath: string,
  options: GitOptions = {},
): Promise<void> {
  const path = await resolvedPath(givenPath);
  // Forced twice: once for changes, once for the lock of a half-made one.
  const removed = await runGit(["worktree", "remove", "--force", "--force", path], {
    ...inClone(clone),
    ...options,
    kind: "write",
    accept: [128],
  });
  if (removed.exitCode !== 0) {
    await rm(path, { recursive: true, force: true });
    await removeAdministration(clone, path);
  }
  await noteAdded(clone, path);
}

/** Puts branch, index and files of a worktree on a commit and removes what is not part of it; ignored files stay. */
export async function resetWorktree(
  worktree: Worktree,
  to: CommitId,
  options: GitOptions = {},
): Promise<void> {
  await clearIndexLock(worktree);
  await attach(worktree, options);
  await runGit(["reset", "--quiet", "--hard", to], inWorktree(worktree, options, "write"));
  await runGit(
    ["clean", "--quiet", "-d", "--force", "--force"],
    inWorktree(worktree, options, "write"),
  );
}

/** Moves a branch that no worktree has checked out. */
export async function resetBranch(
  clone: ProjectClone,
  branch: BranchName,
  to: CommitId,
  options: GitOptions = {},
): Promise<void> {
  await runGit(["branch", "--quiet", "--no-track", "--force", branch, to], {
    ...inClone(clone),
    ...options,
    kind: "write",
  });
}

/** The commit a worktree is on; read from the files of the clone, which saves a process. */
export async function currentHead(worktree: Worktree, options: GitOptions = {}): Promise<CommitId> {
  const head = (await readTextFile(join(worktree.gitDirectory, "HEAD")))?.trim() ?? "";
  const ref = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1];
  const text = ref === undefined ? head : await readTextFile(join(worktree.clone.path, ref));
  if (text !== undefined && /^[0-9a-f]{40,64}\s*$/.test(text)) return commitId(text.trim());
  const { stdout } = await runGit(
    ["rev-parse", "--verify", "HEAD^{commit}"],
    inWorktree(worktree, options, "read"),
  );
  return commitId(stdout.trim());
}

/** How a command is run in a worktree. */
export function inWorktree(
  worktree: Worktree,
  options: GitOptions,
  kind: GitCommand["kind"],
): GitCommand {
  return {
    ...options,
    cwd: worktree.path,
    gitDirectory: worktree.gitDirectory,
    workTree: worktree.path,
    kind,
  };
}

/**
 * Puts HEAD back on the worktree's branch when the agent in it switched away, and moves the branch along when that loses
 * nothing; throws WORKTREE_OFF_BRANCH when the branch holds commits that HEAD does not.
 */
export async function attach(worktree: Worktree, options: GitOptions): Promise<void> {
  const head = await readTextFile(join(worktree.gitDirectory, "HEAD"));
  const ref = branchRef(worktree.branch);
  if (head?.trim() === `ref: ${ref}`) return;
  const read = { ...inWorktree(worktree, options, "read"), accept: [1] };
  const ancestor = await runGit(["merge-base", "--is-ancestor", ref, "HEAD"], read);
  if (ancestor.exitCode !== 0) {
    throw new UserError(
      "conflict",
      "WORKTREE_OFF_BRANCH",
      `${worktree.path} was switched to ${head?.trim()} and ${worktree.branch} holds commits that are not in it; merge them or reset the worktree`,
      { details: { path: worktree.path, branch: worktree.branch } },
    );
  }
  const write = inWorktree(worktree, options, "write");
  await runGit(["update-ref", ref, await currentHead(worktree, options)], write);
  await runGit(["symbolic-ref", "HEAD", ref], write);
}

/** Removes the index lock of a git that was killed here; the caller is alone in the worktree. */
export async function clearIndexLock(worktree: Worktree): Promise<void> {
  await rm(join(worktree.gitDirectory, "index.lock"), { force: true });
}

async function add(
  clone: ProjectClone,
  path: string,
  branch: readonly string[],
  from: string,
  options: GitOptions,
): Promise<ChildResult> {
  return runGit(["worktree", "add", "--quiet", ...branch, "--", path, from], {
    ...inClone(clone),
    ...options,
    kind: "write",
    accept: [1, 128, 255],
  });
}

async function recover(
  clone: ProjectClone,
  request: AddWorktreeRequest,
  options: GitOptions,
): Promise<Worktree> {
  const { path, branch, from } = request;
  const begun = await wasBeingAdded(clone, path);
  const known = (await listWorktrees(clone, options)).find((entry) => entry.path === path);
  if (known === undefined && !begun && (await isOccupied(path))) {
    throw new UserError(
      "conflict",
      "WORKTREE_PATH_OCCUPIED",
      `${path} is not empty and is no worktree of this project; move it away`,
      { details: { path } },
    );
  }
  if (known?.state === "complete" && !begun) return openMadeBefore(clone, request, known);
  if (known !== undefined || begun) await removeWorktree(clone, path, options);
  await noteAdding(clone, path);
  for (let attempt = 1; ; attempt++) {
    const exists = await hasBranch(clone, branch, options);
    const added = exists
      ? await add(clone, path, [], branch, options)
      : await add(clone, path, ["--no-track", "-b", branch], from, options);
    if (added.exitCode === 0) return finish(clone, path, branch);
    const error = gitError(["worktree add"], added);
    // One that another git disturbed may have got as far as making the branch.
    const goesOn = error.code === worktreeBusyCode || (await hasBranch(clone, branch, options));
    if (!goesOn || attempt === maxAttempts) throw error;
    await waitForOthers(clone, attempt, options.signal);
  }
}

async function openMadeBefore(
  clone: ProjectClone,
  request: AddWorktreeRequest,
  known: WorktreeEntry,
): Promise<Worktree> {
  const { path, branch } = request;
  const worktree = await openAt(clone, path, branch);
  // The agent in it may have switched: what counts is what it was made for.
  // A disk that was full, or a kill, may have left the note empty or kept it from being made.
  const noted = await readTextFile(madeForFile(worktree));
  const madeFor = noted === undefined || noted === "" ? known.branch : noted;
  if (madeFor === branch) return noted === branch ? worktree : remember(worktree);
  throw new UserError(
    "conflict",
    "WORKTREE_BRANCH_MISMATCH",
    `${path} was made for ${madeFor ?? "no branch"}, not ${branch}; remove that worktree or use another path`,
    { details: { path, branch, found: madeFor ?? null } },
  );
}

async function finish(clone: ProjectClone, path: string, branch: BranchName): Promise<Worktree> {
  const worktree = await remember(await openAt(clone, path, branch));
  await noteAdded(clone, path);
  return worktree;
}

async function remember(worktree: Worktree): Promise<Worktree> {
  await writeFile(madeForFile(worktree), worktree.branch);
  return worktree;
}

function madeForFile(worktree: Worktree): string {
  return join(worktree.gitDirectory, "aomori-branch");
}

async function hasBranch(
  clone: ProjectClone,
  branch: BranchName,
  options: GitOptions,
): Promise<boolean> {
  const { exitCode } = await runGit(["show-ref", "--verify", "--quiet", branchRef(branch)], {
    ...inClone(clone),
    ...options,
    kind: "read",
    accept: [1],
  });
  return exitCode === 0;
}

/** Follows a worktree's `.git` file and checks that the clone agrees about it. */
async function openAt(clone: ProjectClone, path: string, branch: BranchName): Promise<Worktree> {
  const text = (await readTextFile(join(path, ".git"))) ?? "";
  const gitDirectory = resolve(path, /^gitdir: (.+)\n?$/.exec(text)?.[1] ?? "");
  const administration = join(await realpath(clone.path), "worktrees");
  const back = (await readTextFile(join(gitDirectory, "gitdir")))?.trim();
  if (dirname(gitDirectory) !== administration || back !== join(path, ".git")) {
    throw new TerminalError(
      "internal",
      "WORKTREE_BROKEN",
      `${path} does not belong to the clone ${clone.path}; remove the directory`,
      { details: { path } },
    );
  }
  return { path, branch: branchName(branch), clone, gitDirectory };
}

async function isOccupied(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isDirectory()) return true;
    return (await readdir(path)).length > 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw ioError(error, `cannot look at ${path}`);
  }
}
