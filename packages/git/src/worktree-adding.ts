import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { errnoOf, ioError, readTextFile } from "@aomori/system";

import type { ProjectClone } from "./clone.ts";

/**
 * Notes in the clone which worktrees are being added. As long as a note stands nobody was given the worktree, so whatever
 * is at its path may be removed. Git alone cannot tell: one killed while it adds a worktree, or while it clears one up
 * that failed, leaves a directory that the clone knows nothing of.
 */
export async function noteAdding(clone: ProjectClone, path: string): Promise<void> {
  try {
    await mkdir(notesOf(clone), { recursive: true });
    await writeFile(noteOf(clone, path), path);
  } catch (error) {
    throw ioError(error, `cannot begin to add the worktree ${path}`);
  }
}

/** The worktree is whole, or nothing of it is left. */
export async function noteAdded(clone: ProjectClone, path: string): Promise<void> {
  await rm(noteOf(clone, path), { force: true });
}

export async function wasBeingAdded(clone: ProjectClone, path: string): Promise<boolean> {
  try {
    await stat(noteOf(clone, path));
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw ioError(error, `cannot look whether the worktree ${path} was added`);
  }
}

/** The paths of worktrees whose adding never came to its end. */
export async function pathsBeingAdded(clone: ProjectClone): Promise<string[]> {
  const directory = notesOf(clone);
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot look into ${directory}`);
  }
  const paths = await Promise.all(
    names.map(async (name) => (await readTextFile(join(directory, name))) ?? ""),
  );
  // A note that a kill left empty was made before anything was at its path.
  return paths.filter((path) => path !== "");
}

function notesOf(clone: ProjectClone): string {
  return join(clone.path, "aomori-adding");
}

function noteOf(clone: ProjectClone, path: string): string {
  return join(notesOf(clone), createHash("sha256").update(path).digest("hex"));
}
