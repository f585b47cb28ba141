import { inClone, type ProjectClone } from "./clone.ts";
import { runGit, zeroSeparated, type GitOptions } from "./git-command.ts";
import { undisturbed } from "./worktree-race.ts";

export interface WorktreeEntry {
  readonly path: string;
  /** Short name; absent when detached. */
  readonly branch: string | undefined;
  readonly commit: string | undefined;
  /** `half_made`: a crash came between its start and its end. `missing`: its directory is gone. */
  readonly state: "complete" | "half_made" | "missing";
}

/** The worktrees of a clone, the bare repository itself left out. */
export async function listWorktrees(
  clone: ProjectClone,
  options: GitOptions = {},
): Promise<WorktreeEntry[]> {
  const list = () =>
    runGit(["worktree", "list", "--porcelain", "-z"], {
      ...inClone(clone),
      ...options,
      kind: "read",
    });
  const { stdout } = await undisturbed(clone, options, list);
  return parseWorktreeList(stdout);
}

/** Parses `worktree list --porcelain -z`; also used on a user's repository. */
export function parseWorktreeList(text: string): WorktreeEntry[] {
  const entries: WorktreeEntry[] = [];
  for (const block of text.split("\0\0")) {
    const lines = zeroSeparated(block);
    const field = (name: string): string | undefined =>
      lines.find((line) => line === name || line.startsWith(`${name} `))?.slice(name.length + 1);
    const path = field("worktree");
    if (path === undefined || field("bare") !== undefined) continue;
    entries.push({
      path,
      branch: field("branch")?.replace(/^refs\/heads\//, ""),
      commit: field("HEAD"),
      state:
        field("locked") === "initializing"
          ? "half_made"
          : field("prunable") === undefined
            ? "complete"
            : "missing",
    });
  }
  return entries;
}
