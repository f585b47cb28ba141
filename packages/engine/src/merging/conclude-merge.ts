import { insertTasks, listTaskRows, reserveNumbers, updateSpec } from "@aomori/store";
import type { NewTask, OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import { announceTask } from "../specs/materialise.ts";
import type { Board } from "../tasks/board.ts";
import { workspaceOf } from "../workspace-of.ts";
import { currentMerge, tipOf } from "./open-merge.ts";
import { failSpec, resumeSpec } from "./settle-spec.ts";

const maxGateRepairs = 3;

/** Ends a run of the queue: the spec is complete, goes on with what was sent back, or waits for a person. */
export async function concludeMerge(engine: EngineContext, input: MergeInput): Promise<void> {
  const completed = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const spec = await currentMerge(tx, input);
    if (spec === undefined) return false;
    const tasks = await listTaskRows(tx, spec.id);
    await release(board, tx);
    const blocked = tasks.filter((task) => task.mergeState === "blocked");
    if (blocked.length > 0 && board.settled) {
      const ids = blocked.map((task) => task.id).join(", ");
      const message = `${ids} cannot be merged without a person; see "aomori dag conflicts ${spec.id}"`;
      await failSpec(board, tx, { code: "MERGE_BLOCKED", message });
      return false;
    }
    if (!board.settled) {
      await resumeSpec(board, tx);
      return false;
    }
    if (spec.status !== "merging") return false;
    if (spec.gate !== null && !spec.gate.passed) {
      await repairGate(board, tx, tasks);
      return false;
    }
    await complete(board, tx);
    return true;
  });
  if (completed) await tidy(engine, input);
  engine.wake();
}

/** The branches stay in the private clone; the worktrees of a completed spec go. */
async function tidy(engine: EngineContext, input: MergeInput): Promise<void> {
  const board = await engine.boards.find(input.orgId, input.specId);
  const tasks = await listTaskRows(engine.store.scope(input.orgId), input.specId);
  engine.boards.unwatch(input.specId);
  engine.keys.forget(input.specId);
  const workspace = workspaceOf(input.orgId, board.spec);
  await engine.workspaces.removeSpec(
    workspace,
    tasks.map((task) => task.id),
  );
}

/** Tasks that waited for this merge may start. */
async function release(board: Board, tx: OrgTransaction): Promise<void> {
  const parked = board
    .tasksWith("pending")
    .filter((id) => board.dag.dependencies(id).every((on) => board.dag.status(on) === "completed"));
  for (const id of parked) await board.persist(tx, [], board.dag.reopen(id));
}

async function repairGate(
  board: Board,
  tx: OrgTransaction,
  tasks: readonly TaskRow[],
): Promise<void> {
  const { spec } = board;
  const before = tasks.filter((task) => task.originKey?.startsWith("gate:")).length;
  const tail = spec.gate?.outputTail ?? "";
  if (before >= maxGateRepairs) {
    const message = `the test gate stays red after ${before} repairs; look at it with "aomori dag merge ${spec.id}" once it is mended`;
    tx.emit({
      type: "merge.failed",
      specId: spec.id,
      projectId: spec.projectId,
      summary: message,
      data: { code: "GATE_RED", message },
    });
    await failSpec(board, tx, { code: "GATE_RED", message });
    return;
  }
  const {
    tasks: [id],
  } = await reserveNumbers(tx, { tasks: 1, tickets: 0 });
  if (id === undefined) throw new Error("the store reserved no task number");
  const repair: NewTask = {
    id,
    specId: spec.id,
    ticketId: null,
    localId: null,
    originKey: `gate:${before}`,
    mendsTask: null,
    mendsCommit: null,
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
    notes: [`Output of the test command:\n${tail}`],
  };
  const [row] = await insertTasks(tx, [repair]);
  if (row === undefined) throw new Error(`the store did not give ${id} back`);
  board.dag.add({ id, dependsOn: [] });
  board.add(row);
  announceTask(tx, spec, repair);
  await resumeSpec(board, tx);
}

async function complete(board: Board, tx: OrgTransaction): Promise<void> {
  const { spec } = board;
  const commit = tipOf(spec);
  const base = { specId: spec.id, projectId: spec.projectId };
  await updateSpec(tx, spec.id, {
    status: "completed",
    phase: "COMPLETE",
    completedAt: tx.now,
    integrationCommit: commit,
  });
  board.spec = { ...spec, status: "completed", phase: "COMPLETE" };
  const gate =
    spec.gate === null ? "without a test gate: the repository has no test command" : "gate green";
  tx.emit({
    ...base,
    type: "merge.completed",
    summary: `merged into ${spec.integrationBranch}, ${gate}`,
    data: { commit, branch: spec.integrationBranch },
  });
  tx.emit({
    ...base,
    type: "phase.advanced",
    summary: "SYNC → COMPLETE",
    data: { from: "SYNC", to: "COMPLETE", score: spec.evaluatorScore, by: "merge queue" },
  });
  tx.emit({
    ...base,
    type: "spec.completed",
    summary: `${spec.title}: complete at ${commit.slice(0, 10)}`,
    data: { commit, branch: spec.integrationBranch },
  });
}
