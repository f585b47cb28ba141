import { findBubblewrap } from "@aomori/system";
import type { Bubblewrap, EnvironmentRecord } from "@aomori/system";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Folders of a home that commands must not write to although their names begin with a dot: credentials, configuration and programs. */
const guarded: ReadonlySet<string> = new Set([
  ".aomori",
  ".aws",
  ".azure",
  ".claude",
  ".codex",
  ".config",
  ".docker",
  ".git",
  ".gnupg",
  ".kube",
  ".pi",
  ".ssh",
]);

const bind = (how: string, path: string): readonly string[] => [how, path, path];

const readOnlyRoot: readonly string[] = [
  "--die-with-parent",
  ...bind("--ro-bind", "/"),
  ...bind("--dev-bind", "/dev"),
  ...bind("--bind", "/proc"),
];

const known = new Map<string | undefined, Bubblewrap | string>();

/** Bubblewrap where it can confine commands, or why it cannot; looked for once for each PATH. */
export function findConfinement(env: EnvironmentRecord): Bubblewrap | string {
  const found = known.get(env["PATH"]) ?? findBubblewrap(env, readOnlyRoot);
  known.set(env["PATH"], found);
  return found;
}

/**
 * The command line that runs `argv` with every file read-only but those below the worktree, its repository's git directory,
 * `/tmp`, `/var/tmp`, `TMPDIR`, and the folders of the home in which tools keep their caches. It hides nothing, and leaves the network and other processes alone.
 */
export async function writeConfined(
  { program }: Bubblewrap,
  argv: readonly string[],
  options: { readonly worktree: string; readonly env: EnvironmentRecord },
): Promise<string[]> {
  const { worktree, env } = options;
  const { HOME: home, TMPDIR: temporary } = env;
  const writable = [
    "/tmp",
    "/var/tmp",
    ...(temporary === undefined ? [] : [temporary]),
    ...(await cacheFolders(home)),
    ...(await gitDirectory(worktree)),
  ];
  const programs = home === undefined ? [] : [join(home, ".local", "bin")];
  return [
    program,
    ...readOnlyRoot,
    ...writable.flatMap((path) => bind("--bind-try", path)),
    ...programs.flatMap((path) => bind("--ro-bind-try", path)),
    ...bind("--bind", worktree),
    "--chdir",
    worktree,
    "--",
    ...argv,
  ];
}

/** Tools keep what they fetch and build in hidden folders of the home. */
async function cacheFolders(home: string | undefined): Promise<string[]> {
  if (home === undefined || home === "/") return [];
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("."))
    .filter(({ name }) => !guarded.has(name))
    .map(({ name }) => join(home, name));
}

/**
 * Of a linked worktree: its `.git` is a file that names a folder below `worktrees` of the git directory, and `gitdir` in there names
 * that file (gitrepository-layout). A command can rewrite the first, but not make the second elsewhere.
 */
async function gitDirectory(worktree: string): Promise<string[]> {
  const link = join(worktree, ".git");
  const named = /^gitdir: (.+)$/m.exec(await textOf(link))?.[1];
  if (named === undefined) return [];
  const own = resolve(worktree, named);
  const back = (await textOf(join(own, "gitdir"))).trimEnd();
  return resolve(own, back) === link ? [dirname(dirname(own))] : [];
}

/** Empty where there is no file to read. */
const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
