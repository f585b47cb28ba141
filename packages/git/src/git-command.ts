import { runChild, type ChildResult, type EnvironmentRecord } from "@aomori/system";

import { gitError } from "./git-error.ts";

/** What every function of this package that waits takes. */
export interface GitOptions {
  readonly signal?: AbortSignal;
  /** For remotes: `SSH_AUTH_SOCK`, `HTTPS_PROXY` and the like; git's own variables are ours. */
  readonly env?: EnvironmentRecord;
}

export interface GitCommand extends GitOptions {
  readonly cwd: string;
  /** Pins the repository, so that nothing found in `cwd` can name another one. */
  readonly gitDirectory?: string;
  readonly workTree?: string;
  readonly stdin?: string;
  /** Default 120 s. */
  readonly deadlineMs?: number;
  readonly maxOutputBytes?: number;
  /**
   * `"read"` takes no lock and is not tethered to this process, which saves 1 ms. A `"write"` dies with this process, so
   * that after a crash every lock left in a clone is known to be stale. `"merge"` is a write that also ignores the user's
   * own configuration: a merge driver set there (`merge=ours`) could drop a side without a word.
   */
  readonly kind: "read" | "write" | "merge";
  /** Exit codes besides 0 that are an answer. */
  readonly accept?: readonly number[];
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export const defaultIdentity: Identity = { name: "Aomori", email: "aomori@localhost" };

const defaultDeadlineMs = 120_000;
const defaultMaxOutputBytes = 64 * 1024 * 1024;

/** No hooks of the user's, nothing in the background, nothing interactive. */
const settings: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "merge.conflictStyle=zdiff3",
].flatMap((setting) => ["-c", setting]);

const fixedEnvironment: EnvironmentRecord = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_EDITOR: "true",
  GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
  GIT_LITERAL_PATHSPECS: "1",
};

const withoutUserConfiguration: EnvironmentRecord = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** Runs git to its end; an exit code that is no answer is thrown as a typed error. */
export async function runGit(args: readonly string[], command: GitCommand): Promise<ChildResult> {
  const result = await runChild(["git", ...settings, ...args], {
    cwd: command.cwd,
    env: {
      ...command.env,
      ...fixedEnvironment,
      ...(command.kind === "merge" ? withoutUserConfiguration : {}),
      ...identityEnvironment(defaultIdentity),
      ...(command.gitDirectory === undefined ? {} : { GIT_DIR: command.gitDirectory }),
      ...(command.workTree === undefined ? {} : { GIT_WORK_TREE: command.workTree }),
      ...(command.env === undefined ? {} : authorOf(command.env)),
    },
    deadlineMs: command.deadlineMs ?? defaultDeadlineMs,
    maxOutputBytes: command.maxOutputBytes ?? defaultMaxOutputBytes,
    tether: command.kind === "read" ? "untethered" : "tethered",
    ...(command.signal === undefined ? {} : { signal: command.signal }),
    ...(command.stdin === undefined ? {} : { stdin: { text: command.stdin } }),
  });
  const code = result.ending === "exited" ? result.exitCode : undefined;
  if (code === 0 || (code !== undefined && command.accept?.includes(code) === true)) return result;
  throw gitError(args, result);
}

/** Variables that make git write this author and committer. */
export function identityEnvironment(identity: Identity): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}

function authorOf(env: EnvironmentRecord): EnvironmentRecord {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => /^GIT_(AUTHOR|COMMITTER)_/.test(name)),
  );
}

/** The parts of a `-z` output. */
export function zeroSeparated(text: string): string[] {
  const parts = text.split("\0");
  if (parts.at(-1) === "") parts.pop();
  return parts;
}
