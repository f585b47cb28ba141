import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import { addTask } from "../tasks/add-task.ts";
import type { Board } from "../tasks/board.ts";
import { workspaceOf } from "../workspace-of.ts";
import { currentMerge, tipOf } from "./current-merge.ts";
import { releaseParked } from "./release-parked.ts";
import { failSpec, failStopped, resumeSpec } from "./settle-spec.ts";

const maxGateRepairs = 3;

/** Ends a run of the queue: the spec is complete, goes on with what was sent back, or waits for a person. */
export async function concludeMerge(engine: EngineContext, input: MergeInput): Promise<void> {
  const completed = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (currentMerge(board, input) === undefined) return undefined;
    releaseParked(board, tx);
    return (await conclude(board, tx)) ? board.rows : undefined;
  });
  if (completed !== undefined) await tidy(engine, input, completed);
  engine.wake();
}

/** Whether the spec is complete. */
async function conclude(board: Board, tx: OrgTransaction): Promise<boolean> {
  const { spec } = board;
  if (!board.settled) {
    resumeSpec(board, tx);
    return false;
  }
  const failed = board.tasksWith("failed").length > 0;
  const unmerged = failed ? [] : unmergedOf(board.rows);
  if (unmerged.length > 0) {
    const ids = unmerged.map((task) => task.id).join(", ");
    const message = `${ids} cannot be merged without a person; see "aomori dag conflicts ${spec.id}", then "aomori dag merge ${spec.id}"`;
    failSpec(board, tx, { code: "MERGE_BLOCKED", message });
    return false;
  }
  if (board.stopped.length > 0) {
    failStopped(board, tx);
    return false;
  }
  if (spec.gate !== null && !spec.gate.passed) {
    await repairGate(board, tx);
    return false;
  }
  complete(board, tx);
  return true;
}

/** Work that is done and not in; those the others wait for come alone where there are any. */
function unmergedOf(tasks: readonly TaskRow[]): readonly TaskRow[] {
  const unmerged = tasks.filter(
    (task) => task.status === "completed" && task.mergeState !== "merged",
  );
  const held = unmerged.filter((task) => task.mergeState !== "queued");
  return held.length > 0 ? held : unmerged;
}

/** The branches stay in the private clone; the worktrees of a completed spec go. */
async function tidy(
  engine: EngineContext,
  input: MergeInput,
  tasks: readonly TaskRow[],
): Promise<void> {
  const { spec } = await engine.boards.find(input.orgId, input.specId);
  engine.boards.unwatch(input.specId);
  engine.keys.forget(input.specId);
  const taskIds = tasks.map((task) => task.id);
  await engine.workspaces.removeSpec(workspaceOf(input.orgId, spec), taskIds);
}

async function repairGate(board: Board, tx: OrgTransaction): Promise<void> {
  const { spec } = board;
  const before = board.rows.filter((task) => task.originKey?.startsWith("gate:")).length;
  if (before >= maxGateRepairs) {
    const message = `the test gate stays red after ${before} repairs; once it is mended, go on with "aomori dag merge ${spec.id}"`;
    tx.emit({
      type: "merge.failed",
      specId: spec.id,
      projectId: spec.projectId,
      summary: message,
      data: { code: "GATE_RED", message },
    });
    failSpec(board, tx, { code: "GATE_RED", message });
    return;
  }
  await addTask(
    board,
    tx,
    {
      ticketId: null,
      originKey: `gate:${before}`,
      title: "Make the test gate pass",
      description:
        "Every branch is merged, and the test command still fails. It failed before the first merge as well, so no single branch is to blame.",
      kind: "repair",
      executionMode: "implementation",
      priority: "critical",
      estimatedHours: 1,
      ownedFiles: [],
      requirements: [],
      acceptanceCriteria: ["The test command passes"],
      dependsOn: [],
      notes: [`Output of the test command:\n${spec.gate?.outputTail ?? ""}`],
    },
    [],
  );
  resumeSpec(board, tx);
}

function complete(board: Board, tx: OrgTransaction): void {
  const commit = tipOf(board.spec);
  board.updateSpec(tx, {
    status: "completed",
    phase: "COMPLETE",
    completedAt: tx.now,
    integrationCommit: commit,
  });
  const { id: specId, projectId, title, gate, evaluatorScore: score } = board.spec;
  const { integrationBranch: branch } = board.spec;
  const gateText =
    gate === null ? "without a test gate: the repository has no test command" : "gate green";
  tx.emit({
    specId,
    projectId,
    type: "merge.completed",
    summary: `merged into ${branch}, ${gateText}`,
    data: { commit, branch },
  });
  tx.emit({
    specId,
    projectId,
    type: "phase.advanced",
    summary: "SYNC → COMPLETE",
    data: { from: "SYNC", to: "COMPLETE", score, by: "merge queue" },
  });
  tx.emit({
    specId,
    projectId,
    type: "spec.completed",
    summary: `${title}: complete at ${commit.slice(0, 10)}`,
    data: { commit, branch },
  });
}
