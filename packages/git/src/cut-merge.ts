import { rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { isCodedError } from "@aomori/protocol";
import { containedPath, readTextFile } from "@aomori/system";

import { runGit, zeroSeparated, type GitOptions } from "./git-command.ts";
import { commitId, type CommitId } from "./names.ts";
import { inWorktree, type Worktree } from "./worktree.ts";

/**
 * A merge that is killed while git writes files leaves them in the worktree with nothing in git to say so, and the next
 * merge is refused because of them. So a note of what is being merged lies beside HEAD while git runs.
 */
export async function noteMerge(worktree: Worktree, from: CommitId): Promise<void> {
  await writeFile(noteFile(worktree), from);
}

export async function forgetMerge(worktree: Worktree): Promise<void> {
  await rm(noteFile(worktree), { force: true });
}

/**
 * Undoes a merge that was cut: the paths it would write, and no others, are as in HEAD again. Before git writes anything it
 * refuses when one of them holds work that is not committed, so what is taken away here came from the merge.
 */
export async function undoCutMerge(worktree: Worktree, options: GitOptions): Promise<void> {
  const note = await readTextFile(noteFile(worktree));
  if (note === undefined) return;
  // A note that was itself cut short was written before git started.
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(note)) return forgetMerge(worktree);
  const write = inWorktree(worktree, options, "merge");
  await runGit(["reset", "--quiet"], write);
  const [touched, tracked] = await Promise.all([
    runGit(["diff", "--name-only", "--no-renames", "-z", `HEAD...${commitId(note)}`], write),
    runGit(["ls-tree", "-r", "-z", "--name-only", "HEAD"], write),
  ]);
  const inHead = new Set(zeroSeparated(tracked.stdout));
  const paths = zeroSeparated(touched.stdout);
  for (const path of paths.filter((path) => !inHead.has(path))) {
    await removeOwnFile(worktree.path, path);
  }
  const restored = paths.filter((path) => inHead.has(path));
  if (restored.length > 0) {
    await runGit(["checkout", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", "HEAD"], {
      ...write,
      stdin: restored.join("\0"),
    });
  }
  await forgetMerge(worktree);
}

/** Removes a file or link itself; one behind a link that leads out of the worktree is not the merge's. */
async function removeOwnFile(root: string, path: string): Promise<void> {
  try {
    const parent = await containedPath(root, dirname(path));
    await rm(join(parent, basename(path)), { force: true });
  } catch (error) {
    if (!isCodedError(error) || error.code !== "PATH_NOT_CONTAINED") throw error;
  }
}

function noteFile(worktree: Worktree): string {
  return join(worktree.gitDirectory, "aomori-merging");
}
