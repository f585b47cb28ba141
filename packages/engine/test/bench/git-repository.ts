import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, readlink, lstat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};

/** A user's repository, and git in it. */
export class GitRepository {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(
    path: string,
    files: Readonly<Record<string, string>>,
  ): Promise<GitRepository> {
    await mkdir(path, { recursive: true });
    const repository = new GitRepository(path);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit("Begin", files);
    return repository;
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await run("git", args, {
      cwd: this.path,
      env: { ...process.env, ...identity },
    });
    return stdout.trim();
  }

  async commit(message: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.path, name), text);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /**
   * Mode, time and a hash of the bytes of every path below the repository, `.git` included. Of object files the time is
   * left out: the private clone shares them by hard link, and git renews it when it meets the same object again.
   */
  async fingerprint(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
    for (const path of paths) {
      const { mode, mtimeMs } = await lstat(path);
      const hash = createHash("sha256");
      const entry = entries.find((one) => join(one.parentPath, one.name) === path);
      if (entry?.isFile() === true) hash.update(await readFile(path));
      if (entry?.isSymbolicLink() === true) hash.update(await readlink(path));
      const time = path.includes("/.git/objects/") && entry?.isFile() === true ? "" : mtimeMs;
      found[path] = `${mode} ${time} ${hash.digest("hex")}`;
    }
    return found;
  }
}

/** Files of a commit of a clone, by path. */
export async function filesOf(clone: string, commit: string): Promise<Record<string, string>> {
  const list = await run("git", ["ls-tree", "-r", "--name-only", commit], { cwd: clone });
  const names = list.stdout.trim().split("\n");
  const texts = await Promise.all(
    names.map(
      async (name) => (await run("git", ["show", `${commit}:${name}`], { cwd: clone })).stdout,
    ),
  );
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

export async function gitIn(clone: string, ...args: string[]): Promise<string> {
  return (await run("git", args, { cwd: clone })).stdout.trim();
}
