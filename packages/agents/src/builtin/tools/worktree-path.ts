import { realpath, stat } from "node:fs/promises";
import { relative, sep } from "node:path";

import { UserError } from "@aomori/protocol";
import { containedPath, errnoOf, ioError } from "@aomori/system";

/** Where a path input leads: its real place, and how to name it to a model. */
export interface WorktreePath {
  readonly absolute: string;
  /** Relative to the root, with `/`; `.` for the root itself. */
  readonly shown: string;
}

/** Throws PATH_NOT_CONTAINED for a path that leaves the root, by `..`, by a link or by being absolute, and for `.git`. */
export async function worktreePath(root: string, candidate: string): Promise<WorktreePath> {
  const absolute = await containedPath(root, candidate === "" ? "." : candidate);
  const parts = relative(await realpath(root), absolute).split(sep);
  if (parts.some((part) => part.toLowerCase() === ".git")) {
    throw new UserError(
      "validation",
      "PATH_NOT_CONTAINED",
      `path ${JSON.stringify(candidate)} is refused: .git belongs to git; use git commands instead`,
      { details: { path: candidate } },
    );
  }
  return { absolute, shown: parts.join("/") || "." };
}

/** What is there: a file, a directory, or nothing. Throws for anything else, which could block a reader for ever. */
export async function kindOf(path: WorktreePath): Promise<"file" | "directory" | "nothing"> {
  try {
    const stats = await stat(path.absolute);
    if (stats.isFile()) return "file";
    if (stats.isDirectory()) return "directory";
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "nothing";
    throw ioError(error, `cannot look at ${path.shown}`);
  }
  throw new UserError(
    "validation",
    "NOT_A_FILE",
    `${path.shown} is neither a file nor a directory; choose another path`,
  );
}
