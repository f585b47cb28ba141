import { join } from "node:path";

import { readTextFile } from "@aomori/system";

import type { Worktree } from "./worktree.ts";

/** True between a merge that stopped on conflicts and its conclusion or abort. */
export async function isMerging(worktree: Worktree): Promise<boolean> {
  return (await readTextFile(join(worktree.gitDirectory, "MERGE_HEAD"))) !== undefined;
}
