import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { UserError } from "@aomori/protocol";
import { childEnvironment } from "@aomori/system";

const run = promisify(execFile);
const gitTimeoutMs = 60_000;

export interface CreatedRepository {
  readonly path: string;
  /** Always `main`. */
  readonly branch: string;
  /** Full hash; the same files and message give the same one. */
  readonly commit: string;
}

export interface RepositoryOptions {
  readonly message?: string;
  readonly signal?: AbortSignal;
}

/** One author and one moment, and nobody's git configuration: the commit depends on the files alone. */
const commitEnvironment: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: "Aomori testkit",
  GIT_AUTHOR_EMAIL: "testkit@localhost",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "Aomori testkit",
  GIT_COMMITTER_EMAIL: "testkit@localhost",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

async function git(cwd: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { stdout } = await run("git", [...args], {
    cwd,
    env: childEnvironment(process.env, commitEnvironment),
    timeout: gitTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout.trim();
}

async function requireEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const names = await readdir(dir);
  if (names.length === 0) return;
  throw new UserError(
    "conflict",
    "DIRECTORY_NOT_EMPTY",
    `${dir} is not empty (it has ${names.slice(0, 3).join(", ")}); choose a new directory`,
  );
}

function pathWithin(root: string, name: string): string {
  const path = resolve(root, name);
  const inside = relative(root, path);
  if (inside !== "" && !isAbsolute(inside) && inside.split(/[\\/]/)[0] !== "..") return path;
  throw new UserError("validation", "PATH_OUTSIDE", `${name} is not a path inside the repository`);
}

/** Commits everything below `dir` as the first commit of a new repository there. */
async function commitDirectory(
  dir: string,
  options: RepositoryOptions = {},
): Promise<CreatedRepository> {
  const { message = "Begin", signal } = options;
  await git(dir, ["init", "--quiet", "--initial-branch=main"], signal);
  await git(dir, ["add", "--all", "--force", "."], signal);
  await git(dir, ["commit", "--quiet", "--allow-empty", "-m", message], signal);
  return { path: dir, branch: "main", commit: await git(dir, ["rev-parse", "HEAD"], signal) };
}

/**
 * Makes a git repository with one commit of these files (path → text) on branch `main`.
 * `dir` is made when missing and must be empty: `UserError` DIRECTORY_NOT_EMPTY, PATH_OUTSIDE.
 */
export async function createRepository(
  dir: string,
  files: Readonly<Record<string, string>>,
  options: RepositoryOptions = {},
): Promise<CreatedRepository> {
  const root = resolve(dir);
  await requireEmpty(root);
  for (const [name, text] of Object.entries(files)) {
    const path = pathWithin(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { signal: options.signal });
  }
  return await commitDirectory(root, options);
}
