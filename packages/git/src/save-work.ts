import { rm } from "node:fs/promises";
import { join } from "node:path";

import { runGit, type GitOptions } from "./git-command.ts";
import { commitId, type CommitId } from "./names.ts";
import { currentHead, inWorktree, type Worktree } from "./worktree.ts";

/**
 * Keeps what a worktree holds beside its branch, uncommitted files included, as a commit under `refs/aomori/saved/<name>`;
 * undefined when nothing differs from its head. Branch, index and files stay as they are.
 */
export async function saveWork(
  worktree: Worktree,
  request: { readonly name: string; readonly message: string },
  options: GitOptions = {},
): Promise<CommitId | undefined> {
  const index = join(worktree.gitDirectory, "aomori-save-index");
  const write = inWorktree(
    worktree,
    { ...options, env: { ...options.env, GIT_INDEX_FILE: index } },
    "write",
  );
  try {
    const head = await currentHead(worktree, options);
    await runGit(["read-tree", head], write);
    await runGit(["add", "--all"], write);
    const { stdout: tree } = await runGit(["write-tree"], write);
    const { stdout: headTree } = await runGit(["rev-parse", `${head}^{tree}`], write);
    if (tree === headTree) return undefined;
    const made = await runGit(
      ["commit-tree", tree.trim(), "-p", head, "-m", request.message],
      write,
    );
    const commit = commitId(made.stdout.trim());
    await runGit(["update-ref", `refs/aomori/saved/${request.name}`, commit], write);
    return commit;
  } finally {
    await rm(index, { force: true });
  }
}
