import { RetryableError, TerminalError, UserError, type CodedError } from "@aomori/protocol";
import type { ChildResult } from "@aomori/system";

/** Another git is adding a worktree at this moment, or was killed while it did. */
export const worktreeBusyCode = "GIT_WORKTREE_BUSY";

interface KnownFailure {
  readonly pattern: RegExp;
  readonly error: (said: string) => CodedError;
}

/** What git says under LC_ALL=C, most particular first. */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/,
    error: (said) =>
      new UserError("io", "DISK_FULL", `git: the disk is full; free some space: ${said}`),
  },
  {
    pattern: /detected dubious ownership/,
    error: (said) => new UserError("authz", "REPOSITORY_OWNED_BY_OTHER", `git: ${said}`),
  },
  {
    pattern: /Unable to create '.*\.lock': File exists|cannot lock ref/,
    error: (said) =>
      new RetryableError("conflict", "GIT_LOCKED", `git found a lock of another git: ${said}`, {
        retryAfterMs: 1000,
      }),
  },
  {
    pattern: /failed to read '?\S*\/worktrees\/[^/]+\/\w+|unable to read '?\S*\/worktrees\//,
    error: (said) =>
      new RetryableError("conflict", worktreeBusyCode, `git met a half-made worktree: ${said}`, {
        retryAfterMs: 100,
      }),
  },
  {
    pattern: /could not read (?:Username|Password)|Authentication failed|Permission denied \(/,
    error: (said) =>
      new UserError(
        "authn",
        "GIT_AUTHENTICATION_FAILED",
        `git could not log in; set up a credential helper or an SSH key for this remote: ${said}`,
      ),
  },
  {
    pattern: /[Rr]epository .*(?:not found|does not exist)|does not appear to be a git repository/,
    error: (said) =>
      new UserError("not_found", "REPOSITORY_NOT_FOUND", `git found no repository: ${said}`),
  },
  {
    pattern: /not a git repository/,
    error: (said) =>
      new UserError(
        "validation",
        "NOT_A_GIT_REPOSITORY",
        `${said}; run "git init" and commit there, or give another path`,
      ),
  },
  {
    pattern: /couldn't find remote ref|invalid reference|unknown revision|bad revision|bad object/,
    error: (said) =>
      new UserError("not_found", "REVISION_NOT_FOUND", `git does not know this revision: ${said}`),
  },
  {
    pattern:
      /Could not resolve host|unable to access|Connection (?:refused|timed out|reset)|early EOF|hung up unexpectedly/,
    error: (said) =>
      new RetryableError("temporary", "GIT_REMOTE_UNREACHABLE", `git cannot reach it: ${said}`),
  },
];

/** The typed error for a git command that failed; `said` is its standard error without credentials. */
export function gitError(args: readonly string[], result: ChildResult): CodedError {
  const command = `git ${args[0] ?? ""}`;
  if (result.ending === "timed_out") {
    return new RetryableError(
      "timeout",
      "GIT_TIMED_OUT",
      `${command} was stopped after ${Math.round(result.durationMs)} ms; try again`,
    );
  }
  const said = withoutCredentials(result.stderr.trim() || result.stdout.trim()).slice(0, 2000);
  const known = knownFailures.find(({ pattern }) => pattern.test(said));
  if (known !== undefined) return known.error(said);
  const ending = result.signal ?? `exit code ${result.exitCode}`;
  return new TerminalError("internal", "GIT_FAILED", `${command} failed (${ending}): ${said}`, {
    details: { command, exit_code: result.exitCode ?? null },
  });
}

/** Cuts `user:password@` out of every URL in a text. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, "$1");
}
