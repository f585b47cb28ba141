import type { TestSummaryResource } from "@aomori/contract";
import type { OrgTransaction, SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import type { WorkspaceSpec } from "../ports.ts";
import type { Board } from "../tasks/board.ts";
import { testCommandOf } from "../tasks/test-command.ts";

const gateDeadlineMs = 1_800_000;

/** Runs the test command on a commit of the integration branch, in a worktree that is set up; `null` where the repository has none. */
export async function runGate(
  engine: EngineContext,
  spec: SpecRow,
  workspace: WorkspaceSpec,
  commit: string,
  signal: AbortSignal,
): Promise<TestSummaryResource | null> {
  const worktree = await engine.workspaces.checkoutIntegration(workspace, commit);
  const command = await testCommandOf(engine, spec, worktree);
  if (command === undefined) return null;
  const { setupCommand } = spec.settings;
  await engine.workspaces.setUp(worktree, setupCommand, signal);
  return engine.workspaces.runTests(worktree, command, { deadlineMs: gateDeadlineMs, signal });
}

export function emitGate(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  commit: string,
  gate: TestSummaryResource,
): void {
  const { passed, testsPassed, testsFailed } = gate;
  const counts = testsPassed === null ? "" : ` (${testsPassed} pass, ${testsFailed ?? 0} fail)`;
  tx.emit({
    ...board.facts(task.id),
    type: "merge.gate",
    summary: `gate ${passed ? "green" : "red"}${counts} after ${task.id}`,
    data: { commit, passed, testSummary: gate },
  });
}
