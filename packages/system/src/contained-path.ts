import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";

import { UserError } from "@aomori/protocol";

import { errnoOf, ioError } from "./io-error.ts";

declare const contained: unique symbol;

/** An absolute path that was inside its root, symbolic links followed, when it was made. */
export type ContainedPath = string & { readonly [contained]: true };

/**
 * Resolves a relative path that comes from outside; it need not exist. Throws PATH_NOT_CONTAINED for an absolute path,
 * one with a `..` or a NUL, and one that a symbolic link (also a dangling one) leads out of the root.
 */
export async function containedPath(root: string, candidate: string): Promise<ContainedPath> {
  if (candidate.includes("\0")) throw refused(root, candidate, "it holds a NUL character");
  if (isAbsolute(candidate)) throw refused(root, candidate, "it is absolute");
  if (candidate.split("/").includes("..")) throw refused(root, candidate, "it holds ..");
  const realRoot = await realRootOf(root);
  const wanted = join(realRoot, candidate);
  const existing = await deepestExisting(wanted, realRoot);
  let real: string;
  try {
    real = await realpath(existing);
  } catch (error) {
    if (!leadsNowhere(error)) throw ioError(error, `cannot resolve ${candidate}`);
    throw refused(root, candidate, "a symbolic link in it leads nowhere");
  }
  const path = join(real, relative(existing, wanted));
  if (!isWithin(realRoot, path)) {
    throw refused(root, candidate, "a symbolic link leads out of the directory");
  }
  return path;
}

/** True for the root itself and everything under it; compares text, follows no links. */
function isWithin(root: string, path: string): path is ContainedPath {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

async function deepestExisting(path: string, root: string): Promise<string> {
  for (let current = path; current !== root; current = dirname(current)) {
    try {
      await lstat(current);
      return current;
    } catch (error) {
      if (!leadsNowhere(error)) throw ioError(error, `cannot look at ${path}`);
    }
  }
  return root;
}

function leadsNowhere(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "");
}

async function realRootOf(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    throw ioError(error, `cannot resolve the directory ${root}`);
  }
}

function refused(root: string, candidate: string, why: string): UserError {
  return new UserError(
    "validation",
    "PATH_NOT_CONTAINED",
    `path ${JSON.stringify(candidate)} is refused: ${why}; give a path relative to ${root}`,
    { details: { root, path: candidate } },
  );
}
