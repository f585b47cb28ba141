import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { errnoOf, ioError, readTextFile } from "@aomori/system";

import type { ProjectClone } from "./clone.ts";

/**
 * Removes what a clone keeps about the worktree at a path. `git worktree prune` would do it too, but it also takes away
 * one that another git has just begun to add.
 */
export async function removeAdministration(clone: ProjectClone, path: string): Promise<void> {
  for (const directory of await administrations(clone)) {
    const gitFile = (await readTextFile(join(directory, "gitdir")))?.trim();
    if (gitFile === join(path, ".git")) await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Removes what a git that was killed while it added a worktree wrote only in part: as long as that is there, every git
 * that lists the worktrees of the clone fails. Younger ones than `olderThanMs` may be at work.
 */
export async function removeBrokenAdministrations(
  clone: ProjectClone,
  olderThanMs: number,
): Promise<void> {
  for (const directory of await administrations(clone)) {
    const parts = await Promise.all(
      ["commondir", "gitdir", "HEAD"].map((name) => readTextFile(join(directory, name))),
    );
    const whole = parts.every((text) => text !== undefined && text.endsWith("\n"));
    if (whole || (await ageMs(directory)) < olderThanMs) continue;
    await rm(directory, { recursive: true, force: true });
  }
}

async function administrations(clone: ProjectClone): Promise<string[]> {
  const parent = join(clone.path, "worktrees");
  try {
    return (await readdir(parent)).map((name) => join(parent, name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot look into ${parent}`);
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw ioError(error, `cannot look at ${path}`);
  }
}
