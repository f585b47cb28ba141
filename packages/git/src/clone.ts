import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UserError, isCodedError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";

import { runGit, type GitOptions } from "./git-command.ts";
import { commitId, type BranchName, type CommitId } from "./names.ts";
import { sourceText, type RepositorySource } from "./repository-source.ts";
import { undisturbed } from "./worktree-race.ts";

/** A private bare repository of one project. All its worktrees hang off it. */
export interface ProjectClone {
  /** Absolute. */
  readonly path: string;
}

const cloneDeadlineMs = 30 * 60_000;
const fetchDeadlineMs = 10 * 60_000;

/**
 * Opens the project's clone, making it first when it is not there; safe to call again, also after a crash half way.
 *
 * Objects of a local repository are hard-linked (copied across file systems, which an explicit --local would refuse), not borrowed by alternates: a `git gc` in
 * the user's repository could prune an object that only our branches need. The user's branches become
 * `refs/remotes/origin/*`; `refs/heads` is ours alone. Nothing is written to the source.
 */
export async function openClone(
  path: string,
  from: RepositorySource,
  options: GitOptions = {},
): Promise<ProjectClone> {
  if (await isClone(path)) return { path };
  await removeLeftovers(path);
  const temporary = `${path}.${process.pid}-${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await makeClone(temporary, from, options);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const lostRace = ["ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "");
    if (!lostRace || !(await isClone(path))) throw ioError(error, `cannot make the clone ${path}`);
  }
  return { path };
}

/** What a spec starts from: a branch of the source, or whatever its HEAD is (a detached one too). */
export type Base =
  | { readonly kind: "branch"; readonly branch: BranchName }
  | { readonly kind: "head" };

/** Fetches the base as it is now in the source and returns its commit; throws BRANCH_NOT_FOUND. */
export async function fetchBase(
  clone: ProjectClone,
  base: Base,
  options: GitOptions = {},
): Promise<CommitId> {
  const [from, to] =
    base.kind === "branch"
      ? [`refs/heads/${base.branch}`, `refs/remotes/origin/${base.branch}`]
      : ["HEAD", "refs/remotes/origin-head/HEAD"];
  try {
    await undisturbed(clone, options, () =>
      runGit(
        ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "origin", `+${from}:${to}`],
        { ...inClone(clone), ...options, kind: "write", deadlineMs: fetchDeadlineMs },
      ),
    );
  } catch (error) {
    if (!isCodedError(error) || error.code !== "REVISION_NOT_FOUND") throw error;
    if (base.kind === "head") throw error;
    throw await branchNotFound(clone, base.branch, options, error);
  }
  const { stdout } = await runGit(["rev-parse", "--verify", `${to}^{commit}`], {
    ...inClone(clone),
    ...options,
    kind: "read",
  });
  return commitId(stdout.trim());
}

/** Where a command about the clone itself runs. */
export function inClone(clone: ProjectClone): {
  readonly cwd: string;
  readonly gitDirectory: string;
} {
  return { cwd: clone.path, gitDirectory: clone.path };
}

async function makeClone(path: string, from: RepositorySource, options: GitOptions): Promise<void> {
  await runGit(
    [
      "clone",
      "--quiet",
      "--bare",
      "--config",
      "remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*",
      "--template=",
      "--",
      sourceText(from),
      path,
    ],
    { ...options, cwd: "/", kind: "write", deadlineMs: cloneDeadlineMs },
  );
  const { stdout } = await runGit(
    ["for-each-ref", "--format=delete %(refname)%00%00", "refs/heads"],
    {
      ...options,
      ...inClone({ path }),
      kind: "read",
    },
  );
  // update-ref -z wants "delete SP ref NUL old NUL"; for-each-ref ends each line with a newline.
  await runGit(["update-ref", "-z", "--stdin"], {
    ...options,
    ...inClone({ path }),
    kind: "write",
    stdin: stdout.replaceAll("\0\0\n", "\0\0"),
  });
}

async function branchNotFound(
  clone: ProjectClone,
  branch: BranchName,
  options: GitOptions,
  cause: unknown,
): Promise<UserError> {
  const { stdout } = await runGit(["ls-remote", "--heads", "origin"], {
    ...inClone(clone),
    ...options,
    kind: "write",
    deadlineMs: fetchDeadlineMs,
  });
  const names = [...stdout.matchAll(/refs\/heads\/(.+)$/gm)].map((match) => match[1] ?? "");
  const shown = names.slice(0, 10).join(", ") + (names.length > 10 ? ", …" : "");
  return new UserError(
    "not_found",
    "BRANCH_NOT_FOUND",
    `the repository has no branch ${branch}; it has ${shown || "none"}`,
    { cause, details: { branch } },
  );
}

/** What a killed process left; the process id in a name keeps a running one's apart. */
async function removeLeftovers(path: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(dirname(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw ioError(error, `cannot look into ${dirname(path)}`);
  }
  for (const name of names) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".tmp")) continue;
    if (name.startsWith(`${basename(path)}.${process.pid}-`)) continue;
    await rm(join(dirname(path), name), { recursive: true, force: true });
  }
}

async function isClone(path: string): Promise<boolean> {
  try {
    return (await stat(join(path, "HEAD"))).isFile();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw ioError(error, `cannot look at the clone ${path}`);
  }
}
