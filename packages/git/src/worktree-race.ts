import { setTimeout as sleep } from "node:timers/promises";

import { isCodedError } from "@aomori/protocol";

import type { ProjectClone } from "./clone.ts";
import type { GitOptions } from "./git-command.ts";
import { worktreeBusyCode } from "./git-error.ts";
import { removeBrokenAdministrations } from "./worktree-administration.ts";

export const maxAttempts = 20;

/** What is older than this and still half-made was not begun by a git that lives. */
const brokenAfterMs = 3000;

/**
 * Runs a command that may be repeated until no other git disturbs it: git reads what it keeps about all worktrees and dies
 * on one that is being added at that moment (seen with 2.39).
 */
export async function undisturbed<T>(
  clone: ProjectClone,
  options: GitOptions,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const busy = isCodedError(error) && error.code === worktreeBusyCode;
      if (!busy || attempt === maxAttempts) throw error;
    }
    await waitForOthers(clone, attempt, options.signal);
  }
}

/** Waits 20 ms longer each time, 3.8 s over all attempts: long enough for what is broken to be known as such. */
export async function waitForOthers(
  clone: ProjectClone,
  attempt: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await sleep(attempt * 20, undefined, signal === undefined ? {} : { signal });
  if (attempt > maxAttempts / 2) await removeBrokenAdministrations(clone, brokenAfterMs);
}
