import { inClone, type ProjectClone } from "./clone.ts";
import { runGit, zeroSeparated, type GitOptions } from "./git-command.ts";
import { countMarkedConflicts, trialMerge } from "./merge-tree.ts";
import type { CommitId } from "./names.ts";

export interface ConflictScore {
  /** 0 to 1, three decimals. */
  readonly score: number;
  readonly level: "low" | "medium" | "high";
  /** Paths git could not merge, sorted. */
  readonly conflictingFiles: readonly string[];
  /** Marked conflicts; a file that conflicts without markers (binary, deleted on one side) counts as three. */
  readonly conflictingHunks: number;
  /** Paths both sides changed since their merge base, sorted; what conflicts is among them or was moved. */
  readonly overlappingFiles: readonly string[];
}

const hunksOfUnmarkedFile = 3;

/**
 * How hard two commits are to merge; the same for both orders.
 *
 * - No file changed on both sides and nothing in conflict: 0.
 * - o files overlap, all merge cleanly: 0.3 · o / (o + 4), so always below 0.3.
 * - f files with h hunks conflict: w = h / 6 + f / 4 and 0.3 + 0.7 · w / (1 + w).
 *
 * One hunk in one file is 0.505; six in three are 0.745. Low is below 0.3, medium below 0.7, high the rest.
 */
export async function conflictScore(
  clone: ProjectClone,
  one: CommitId,
  other: CommitId,
  options: GitOptions = {},
): Promise<ConflictScore> {
  // Rename detection looks at the sides in turn; a fixed order makes the answer symmetric.
  const [ours, theirs] = one < other ? [one, other] : [other, one];
  const [merge, changedByTheirs, changedByOurs] = await Promise.all([
    trialMerge(clone, ours, theirs, options),
    changedSinceBase(clone, ours, theirs, options),
    changedSinceBase(clone, theirs, ours, options),
  ]);
  const overlappingFiles = [...changedByOurs].filter((path) => changedByTheirs.has(path)).sort();
  const { conflictingFiles, tree } = merge;
  const marked = await countMarkedConflicts(clone, tree, ours, conflictingFiles, options);
  const conflictingHunks = conflictingFiles
    .map((path) => marked.get(path) ?? hunksOfUnmarkedFile)
    .reduce((sum, count) => sum + count, 0);
  const score = scoreOf(overlappingFiles.length, conflictingFiles.length, conflictingHunks);
  return { score, level: levelOf(score), conflictingFiles, conflictingHunks, overlappingFiles };
}

/** The formula above on plain numbers. */
function scoreOf(overlapping: number, conflicting: number, hunks: number): number {
  if (conflicting === 0) return threeDecimals((0.3 * overlapping) / (overlapping + 4));
  const weight = hunks / 6 + conflicting / 4;
  return threeDecimals(0.3 + (0.7 * weight) / (1 + weight));
}

function levelOf(score: number): ConflictScore["level"] {
  if (score < 0.3) return "low";
  return score < 0.7 ? "medium" : "high";
}

/** Rounded down, so that no score reaches the next level or 1; the last bits of a float are no digit. */
function threeDecimals(value: number): number {
  return Math.floor(value * 1000 + 1e-9) / 1000;
}

/** Paths changed in `head` since it parted from `from`; a renamed file counts with both its names. */
async function changedSinceBase(
  clone: ProjectClone,
  from: CommitId,
  head: CommitId,
  options: GitOptions,
): Promise<ReadonlySet<string>> {
  const { stdout } = await runGit(
    ["diff", "--no-ext-diff", "--name-only", "--no-renames", "-z", `${from}...${head}`],
    { ...inClone(clone), ...options, kind: "read" },
  );
  return new Set(zeroSeparated(stdout));
}
