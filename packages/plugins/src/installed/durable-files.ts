import { lstat, open, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, ioError } from "@aomori/system";

/** Makes what was made, renamed or removed in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Points a link to `target` by one rename: who follows it finds the old target or the new one, also after a power cut. */
export async function swapLink(target: string, link: string, temporary: string): Promise<void> {
  await symlink(target, temporary);
  await rename(temporary, link);
  await syncDirectory(dirname(link));
}

/** Where a link points; undefined when nothing is there. What is there and is no link throws NOT_A_LINK's errno, EINVAL. */
export async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export type FileKind = "file" | "directory" | "link" | "other";

/** What is at a path, links not followed. */
export async function kindOf(path: string): Promise<FileKind | undefined> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return "link";
    if (stats.isFile()) return "file";
    return stats.isDirectory() ? "directory" : "other";
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw ioError(error, `cannot look at ${path}`);
  }
}

/** Removes a link, and nothing that is none: a file of that name is its owner's. */
export async function removeLink(path: string): Promise<void> {
  if ((await kindOf(path)) === "link") await rm(path, { force: true });
}

/** The names in a directory; none when there is no directory. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError(error, `cannot read the directory ${path}`);
  }
}

/** Nothing is there. */
export const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "");
