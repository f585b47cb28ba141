import type { TestSummaryResource } from "@aomori/contract";
import { sanitizeForTerminal } from "@aomori/protocol";
import { runGuardedChild } from "@aomori/system";
import { testCounts } from "./test-counts.ts";

const maxOutputBytes = 256 * 1024;
const tailLength = 4_000;

/** Runs a test command in its own process group; a run that passes its deadline is red, not an error. */
export async function runTests(
  directory: string,
  command: readonly string[],
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<TestSummaryResource> {
  const result = await runGuardedChild(command, {
    cwd: directory,
    deadlineMs: options.deadlineMs,
    signal: options.signal,
    keepOutput: "tail",
    maxOutputBytes,
    env: { CI: "1", NO_COLOR: "1" },
  });
  const output = sanitizeForTerminal(
    `${result.stdout}${result.stderr === "" ? "" : `\n${result.stderr}`}`,
  );
  const { passed, failed } = testCounts(output);
  return {
    command: [...command],
    passed: result.exitCode === 0,
    exitCode: result.exitCode ?? null,
    testsPassed: passed,
    testsFailed: failed,
    outputTail: output.slice(-tailLength),
    durationMs: Math.round(result.durationMs),
  };
}
