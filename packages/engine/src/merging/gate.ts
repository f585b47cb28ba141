import type { OrgId, TestSummaryResource } from "@aomori/contract";
import type { SpecRow } from "@aomori/store";
import { testCommandOf } from "../tasks/test-command.ts";
import { workspaceOf } from "../workspace-of.ts";
import type { EngineContext } from "../context.ts";

const gateDeadlineMs = 1_800_000;

/** Runs the test command on a commit of the integration branch; `null` where the repository has none. */
export async function runGate(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
  commit: string,
): Promise<TestSummaryResource | null> {
  const worktree = await engine.workspaces.checkoutIntegration(workspaceOf(orgId, spec), commit);
  const command = await testCommandOf(engine, spec, worktree);
  if (command === undefined) return null;
  const options = { deadlineMs: gateDeadlineMs, signal: engine.closing };
  return engine.workspaces.runTests(worktree, command, options);
}

export function gateText(gate: TestSummaryResource): string {
  const counts =
    gate.testsPassed === null ? "" : ` (${gate.testsPassed} pass, ${gate.testsFailed ?? 0} fail)`;
  return `${gate.passed ? "green" : "red"}${counts}`;
}
