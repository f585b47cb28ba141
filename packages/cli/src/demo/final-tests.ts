import { TerminalError } from "@aomori/protocol";
import type { ChildResult } from "@aomori/system";
import { runChild } from "@aomori/system";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface FinalTests {
  readonly command: readonly string[];
  readonly passed: boolean;
  readonly tests_passed: number | null;
  readonly tests_failed: number | null;
  readonly output_tail: string;
}

const gitDeadlineMs = 60_000;
const testDeadlineMs = 600_000;
const tailLength = 2000;

/** Runs the repository's own tests in a fresh checkout of a branch, away from every worktree of ours. */
export async function runFinalTests(
  clone: string,
  branch: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<FinalTests> {
  const directory = await mkdtemp(join(tmpdir(), "aomori-checkout-"));
  try {
    const args = ["clone", "--quiet", "--single-branch", "--branch", branch, clone, directory];
    const cloned = await runChild(["git", ...args], {
      cwd: directory,
      deadlineMs: gitDeadlineMs,
      signal,
    });
    if (cloned.exitCode !== 0) {
      throw new TerminalError(
        "io",
        "CHECKOUT_FAILED",
        `cannot check out ${branch} of ${clone}: ${cloned.stderr.trim()}`,
      );
    }
    const ran = await runChild(command, {
      cwd: directory,
      deadlineMs: testDeadlineMs,
      signal,
      keepOutput: "tail",
      env: { CI: "1", NO_COLOR: "1" },
    });
    return { command, passed: ran.exitCode === 0, ...countsOf(ran) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function countsOf({ stdout, stderr }: ChildResult): Omit<FinalTests, "command" | "passed"> {
  const output = `${stdout}\n${stderr}`;
  const last = (pattern: RegExp): number | null => {
    const match = [...output.matchAll(pattern)].at(-1);
    return match?.[1] === undefined ? null : Number(match[1]);
  };
  return {
    tests_passed: last(/^(?:ℹ|#) pass (\d+)$/gm) ?? last(/(\d+) passed/g),
    tests_failed: last(/^(?:ℹ|#) fail (\d+)$/gm) ?? last(/(\d+) failed/g),
    output_tail: output.trim().slice(-tailLength),
  };
}
