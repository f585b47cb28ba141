import { inClone, type ProjectClone } from "./clone.ts";
import { runGit, type GitOptions } from "./git-command.ts";
import type { CommitId } from "./names.ts";

export interface TrialMerge {
  /** Object name of the tree that would be written, with conflict markers where it conflicts. */
  readonly tree: string;
  /** Paths in conflict, sorted; empty for a clean merge. */
  readonly conflictingFiles: readonly string[];
}

/** Merges two commits without a worktree (`git merge-tree --write-tree`); touches no ref, index or file. */
export async function trialMerge(
  clone: ProjectClone,
  ours: CommitId,
  theirs: CommitId,
  options: GitOptions = {},
): Promise<TrialMerge> {
  const { stdout, exitCode } = await runGit(
    ["merge-tree", "--write-tree", "-z", "--no-messages", ours, theirs],
    { ...inClone(clone), ...options, kind: "merge", accept: [1] },
  );
  const [tree = "", ...records] = stdout.split("\0");
  if (exitCode === 0) return { tree: tree.trim(), conflictingFiles: [] };
  // Each record is "<mode> <object> <stage>\t<path>"; one path has up to three stages.
  const paths = records
    .map((record) => record.slice(record.indexOf("\t") + 1))
    .filter((path) => path !== "");
  return { tree, conflictingFiles: [...new Set(paths)].sort() };
}

/** How many conflicts are marked in a tree's files, by path; files without markers are not in it. */
export async function countMarkedConflicts(
  clone: ProjectClone,
  tree: string,
  ours: CommitId,
  paths: readonly string[],
  options: GitOptions,
): Promise<ReadonlyMap<string, number>> {
  if (paths.length === 0) return new Map();
  // The marker line ends with the name the side was given, so a file that merely shows markers is not counted.
  const narrowed = paths.length > 500 ? [] : ["--", ...paths];
  const { stdout } = await runGit(
    ["grep", "--count", "--null", "-I", "-e", `^<<<<<<< ${ours}$`, tree, ...narrowed],
    { ...inClone(clone), ...options, kind: "read", accept: [1] },
  );
  const counts = new Map<string, number>();
  for (const match of stdout.matchAll(/^[0-9a-f]+:([^\0]+)\0(\d+)$/gm)) {
    if (match[1] !== undefined) counts.set(match[1], Number(match[2]));
  }
  return counts;
}
