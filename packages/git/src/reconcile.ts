import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { errnoOf, ioError } from "@aomori/system";

import type { ProjectClone } from "./clone.ts";
import type { GitOptions } from "./git-command.ts";
import { resolvedPath } from "./resolved-path.ts";
import { pathsBeingAdded } from "./worktree-adding.ts";
import { removeBrokenAdministrations } from "./worktree-administration.ts";
import { listWorktrees } from "./worktree-list.ts";
import { removeWorktree } from "./worktree.ts";

export interface Reconciliation {
  /** Worktrees that nobody wanted. */
  readonly removedWorktrees: readonly string[];
  /** Locks that a killed git left. */
  readonly removedLocks: readonly string[];
}

/**
 * Brings a clone to order when its one owner starts: removes stale locks, what was never added to its end, and every
 * worktree that is not wanted.
 * To be called while no git works in the clone: writing commands die with the process that owns the home.
 */
export async function reconcileWorktrees(
  clone: ProjectClone,
  wantedPaths: readonly string[],
  options: GitOptions = {},
): Promise<Reconciliation> {
  const removedLocks = await removeLocks(clone.path);
  await removeBrokenAdministrations(clone, 0);
  const wanted = new Set(await Promise.all(wantedPaths.map(resolvedPath)));
  const removedWorktrees: string[] = [];
  const begun = new Set(await pathsBeingAdded(clone));
  const listed = await listWorktrees(clone, options);
  const complete = listed.filter(({ path, state }) => state === "complete" && !begun.has(path));
  const kept = new Set(complete.map(({ path }) => path).filter((path) => wanted.has(path)));
  for (const path of new Set([...listed.map((entry) => entry.path), ...begun])) {
    if (kept.has(path)) continue;
    await removeWorktree(clone, path, options);
    if (!wanted.has(path)) removedWorktrees.push(path);
  }
  return { removedWorktrees, removedLocks };
}

/** Locks lie beside what they lock: in the clone itself, under refs, logs and each worktree's directory. */
async function removeLocks(clonePath: string): Promise<string[]> {
  const removed: string[] = [];
  for (const [directory, recursive] of [
    [clonePath, false],
    [join(clonePath, "refs"), true],
    [join(clonePath, "worktrees"), true],
    [join(clonePath, "objects", "info"), false],
  ] as const) {
    for (const path of await filesOf(directory, recursive)) {
      if (!path.endsWith(".lock")) continue;
      await rm(path, { force: true });
      removed.push(path);
    }
  }
  return removed;
}

async function filesOf(directory: string, recursive: boolean): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot look into ${directory}`);
  }
}
