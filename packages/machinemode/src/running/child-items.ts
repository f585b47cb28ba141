import type { Child, ChildResult } from "@aomori/system";
import { spawnChild } from "@aomori/system";
import type { ChildPlan, PlanContext } from "../adapter.ts";
import { clip } from "../byte-text.ts";
import { isatty } from "node:tty";
import type { ErrorItem, Item } from "../record.ts";
import { exitError, exitKind, signalError, stderrKind, toolError } from "./classify.ts";
import { StderrLines } from "./stderr-lines.ts";

/** Machine output must not depend on where it runs; a tool's own words are read in English. */
export const pinnedEnvironment: Readonly<Record<string, string | undefined>> = {
  LC_ALL: "C.UTF-8",
  LANG: "C.UTF-8",
  LANGUAGE: undefined,
  TZ: "UTC",
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  CLICOLOR_FORCE: undefined,
  GREP_OPTIONS: undefined,
  GREP_COLORS: undefined,
  LS_COLORS: undefined,
  QUOTING_STYLE: undefined,
  TIME_STYLE: undefined,
  BLOCK_SIZE: undefined,
  BLOCKSIZE: undefined,
  POSIXLY_CORRECT: undefined,
  PAGER: "cat",
};

const foreverMs = 2 ** 31 - 1;

/**
 * Runs the tool and turns what it writes into items, then tells how it ended: signal deaths, failures and unread lines of
 * standard error become errors and warnings. Leaving the loop early stops the tool, which is then no failure.
 */
export async function* childItems(
  plan: ChildPlan,
  context: PlanContext,
): AsyncGenerator<readonly Item[], void> {
  const stderr = new StderrLines();
  const child = await spawnChild(plan.argv, {
    cwd: context.cwd,
    env: { ...context.env, ...pinnedEnvironment, ...plan.env },
    deadlineMs: foreverMs,
    signal: context.signal,
    stdout: "stream",
    maxOutputBytes: 0,
    onStderr: (chunk) => stderr.add(chunk),
    ...(plan.stdin === "inherit" && !isatty(0) ? { stdin: "inherit" } : {}),
  });
  yield* runningItems(plan, child, stderr);
}

async function* runningItems(
  plan: ChildPlan,
  child: Child,
  stderr: StderrLines,
): AsyncGenerator<readonly Item[], void> {
  await using running = child;
  const failures: ErrorItem[] = [];
  let unread: ErrorItem | undefined;
  try {
    for await (const items of plan.items(running.stdoutChunks())) {
      yield items;
      const warnings = warningsOf(stderr.take(), plan, failures);
      if (warnings.length > 0) yield warnings;
    }
  } catch (error) {
    // What the tool wrote is no longer understood: that, and how it ended, is told together.
    unread = { type: "aoi:error", error };
    await running.stop();
  }
  const result = await running.result;
  const warnings = warningsOf(stderr.end(), plan, failures);
  const end = unread === undefined ? endOf(plan, result, failures, stderr) : [unread, ...failures];
  yield [...warnings, ...droppedLines(stderr), ...end];
}

/** Lines that name a known failure wait until the exit status says whether they were one. */
function warningsOf(lines: readonly string[], plan: ChildPlan, failures: ErrorItem[]): Item[] {
  const warnings: Item[] = [];
  for (const line of lines) {
    const kind = stderrKind(line, plan.errors);
    if (kind === undefined) warnings.push(warning(line));
    else
      failures.push({
        type: "aoi:error",
        error: toolError(kind, clip(line), { stderr: clip(line) }),
      });
  }
  return warnings;
}

function warning(line: string): Item {
  return { type: "aoi:warning", code: "TOOL_STDERR", message: clip(line) };
}

function droppedLines({ droppedCount }: StderrLines): Item[] {
  return droppedCount === 0 ? [] : [warning(`${droppedCount} more lines on standard error`)];
}

function endOf(
  plan: ChildPlan,
  result: ChildResult,
  failures: readonly ErrorItem[],
  stderr: StderrLines,
): Item[] {
  const program = plan.argv[0] ?? "";
  if (result.ending === "signalled") {
    return [
      ...failures,
      { type: "aoi:error", error: signalError(program, result.signal ?? "a signal") },
    ];
  }
  const status = result.exitCode ?? 0;
  const kind = status === 0 ? "ok" : exitKind(status, plan.errors);
  // A status that may be an ordinary end is none where the tool said what went wrong.
  if (kind === "ok" && (status === 0 || failures.length === 0)) return failures.map(asWarning);
  if (failures.length > 0) return [...failures];
  if (kind === "ok") return [];
  return [{ type: "aoi:error", error: exitError(program, status, kind, stderr.last) }];
}

/** The tool was content in the end, so what it said was no failure. */
function asWarning({ error }: ErrorItem): Item {
  return warning(error instanceof Error ? error.message : String(error));
}
