import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { UserError, type CodedError } from "@aomori/protocol";
import { errnoOf, ioError, type ChildResult } from "@aomori/system";

import { commitStaged, fullMessage, stageAll, type CommitRequest } from "./commit.ts";
import {
  defaultIdentity,
  identityEnvironment,
  runGit,
  zeroSeparated,
  type GitOptions,
} from "./git-command.ts";
import { forgetMerge, noteMerge, undoCutMerge } from "./cut-merge.ts";
import { gitError } from "./git-error.ts";
import { isMerging } from "./merge-state.ts";
import type { CommitId } from "./names.ts";
import { attach, clearIndexLock, currentHead, inWorktree, type Worktree } from "./worktree.ts";

/**
 * `text`: both sides are in the file, between markers. `choice`: no file can show both (binary, deleted or renamed on one
 * side), so somebody has to decide.
 */
export interface ConflictedFile {
  readonly path: string;
  readonly kind: "text" | "choice";
  /** Which of the three versions exist. */
  readonly versions: readonly ("base" | "ours" | "theirs")[];
}

export type MergeResult =
  | { readonly kind: "merged"; readonly commit: CommitId }
  | { readonly kind: "up_to_date"; readonly commit: CommitId }
  | MergeConflict;

export interface MergeConflict {
  readonly kind: "conflict";
  readonly files: readonly ConflictedFile[];
  /** What was being merged in; it is the name in the closing markers. */
  readonly theirs: CommitId;
}

export interface MergeRequest extends CommitRequest {
  readonly from: CommitId;
  /** Leaves the worktree in the middle of the merge for `concludeMerge`; otherwise it is clean again. */
  readonly leaveConflicts?: boolean;
}

/**
 * Merges a commit into a worktree's branch, always with a merge commit of two parents. A merge that was begun and not
 * concluded is thrown away first, so the same call may be repeated. No side is ever preferred: what git cannot merge by
 * the text alone is a conflict.
 */
export async function mergeInto(
  worktree: Worktree,
  request: MergeRequest,
  options: GitOptions = {},
): Promise<MergeResult> {
  await clearIndexLock(worktree);
  if (await isMerging(worktree)) await abandon(worktree, options);
  await undoCutMerge(worktree, options);
  await attach(worktree, options);
  const before = await currentHead(worktree, options);
  await noteMerge(worktree, request.from);
  const result = await runMerge(worktree, request, options);
  const files = result.exitCode === 0 ? [] : await conflictedFiles(worktree, request.from, options);
  await forgetMerge(worktree);
  if (result.exitCode === 0) {
    const commit = await currentHead(worktree, options);
    return { kind: commit === before ? "up_to_date" : "merged", commit };
  }
  if (files.length === 0) throw mergeRefused(worktree, request.from, result);
  if (request.leaveConflicts !== true) await abandon(worktree, options);
  return { kind: "conflict", files, theirs: request.from };
}

async function runMerge(
  worktree: Worktree,
  request: MergeRequest,
  options: GitOptions,
): Promise<ChildResult> {
  const flags = ["--quiet", "--no-ff", "--no-edit", "--cleanup=whitespace"];
  return runGit(["merge", ...flags, `--message=${fullMessage(request)}`, request.from], {
    ...inWorktree(worktree, options, "merge"),
    env: { ...options.env, ...identityEnvironment(request.identity ?? defaultIdentity) },
    accept: [1, 2],
  });
}

export interface ConcludeRequest extends CommitRequest {
  readonly conflict: MergeConflict;
  /** Paths of `choice` conflicts whose present state (or absence) in the worktree somebody decided on. */
  readonly decided?: readonly string[];
}

/**
 * Commits a merge whose conflicts were resolved in the worktree. Throws CONFLICTS_UNRESOLVED, and changes nothing, while a
 * marker of this merge stands in a file or a `choice` is undecided; NO_MERGE_IN_PROGRESS when there is none. Called again
 * after it was done, it answers with the branch's head.
 */
export async function concludeMerge(
  worktree: Worktree,
  request: ConcludeRequest,
  options: GitOptions = {},
): Promise<CommitId> {
  const { theirs, files } = request.conflict;
  if (await isMerged(worktree, theirs, options)) {
    // Killed between the commit and its tidying up: a second commit would be the same merge again.
    if (await isMerging(worktree)) {
      await runGit(["merge", "--quit"], inWorktree(worktree, options, "merge"));
    }
    return currentHead(worktree, options);
  }
  if (!(await isMerging(worktree))) {
    throw new UserError(
      "conflict",
      "NO_MERGE_IN_PROGRESS",
      `${worktree.path} is not in the middle of a merge; merge again`,
    );
  }
  const open: string[] = [];
  for (const file of files) {
    const settled =
      file.kind === "choice"
        ? request.decided?.includes(file.path) === true
        : !(await hasMarkers(join(worktree.path, file.path), theirs));
    if (!settled) open.push(file.path);
  }
  if (open.length > 0) {
    throw new UserError(
      "conflict",
      "CONFLICTS_UNRESOLVED",
      `conflicts are left in ${open.join(", ")}; resolve them in ${worktree.path}`,
      { details: { paths: open } },
    );
  }
  await stageAll(worktree, options);
  const commit = await commitStaged(worktree, request, options);
  return commit ?? currentHead(worktree, options);
}

async function isMerged(
  worktree: Worktree,
  theirs: CommitId,
  options: GitOptions,
): Promise<boolean> {
  const { exitCode } = await runGit(["merge-base", "--is-ancestor", theirs, "HEAD"], {
    ...inWorktree(worktree, options, "read"),
    accept: [1],
  });
  return exitCode === 0;
}

async function abandon(worktree: Worktree, options: GitOptions): Promise<void> {
  await runGit(["reset", "--quiet", "--merge"], inWorktree(worktree, options, "merge"));
}

/** Reads the unmerged entries of the index: "<mode> <object> <stage>\t<path>". */
async function conflictedFiles(
  worktree: Worktree,
  theirs: CommitId,
  options: GitOptions,
): Promise<ConflictedFile[]> {
  const { stdout } = await runGit(
    ["ls-files", "--unmerged", "-z"],
    inWorktree(worktree, options, "read"),
  );
  const versions = new Map<string, ConflictedFile["versions"][number][]>();
  for (const record of zeroSeparated(stdout)) {
    const tab = record.indexOf("\t");
    const path = record.slice(tab + 1);
    const version = { "1": "base", "2": "ours", "3": "theirs" } as const;
    const stage = record.charAt(tab - 1);
    if (stage !== "1" && stage !== "2" && stage !== "3") continue;
    versions.set(path, [...(versions.get(path) ?? []), version[stage]]);
  }
  const files: ConflictedFile[] = [];
  for (const [path, found] of versions) {
    const marked = await hasMarkers(join(worktree.path, path), theirs);
    files.push({ path, kind: marked ? "text" : "choice", versions: found });
  }
  return files;
}

/** The opening and closing lines git writes for this merge; other lines that look like markers are the file's own. */
async function hasMarkers(path: string, theirs: CommitId): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw ioError(error, `cannot read ${path}`);
  }
  return text
    .split(/\r?\n/)
    .some((line) => line === "<<<<<<< HEAD" || line === `>>>>>>> ${theirs}`);
}

function mergeRefused(worktree: Worktree, from: CommitId, result: ChildResult): CodedError {
  if (!/would be overwritten/.test(result.stderr)) return gitError(["merge"], result);
  return new UserError(
    "conflict",
    "WORKTREE_NOT_CLEAN",
    `git refused to merge ${from} because files in ${worktree.path} would be overwritten; commit or reset them`,
    { details: { path: worktree.path } },
  );
}
