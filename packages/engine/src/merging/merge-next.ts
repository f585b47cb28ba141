import type { ConflictLevelName, TestSummaryResource } from "@aomori/contract";
import { listEdges, listTaskRows, newestEventType, updateSpec, updateTask } from "@aomori/store";
import type { OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import type { WorkspaceSpec } from "../ports.ts";
import type { Board } from "../tasks/board.ts";
import { workspaceOf } from "../workspace-of.ts";
import { gateText, runGate } from "./gate.ts";
import { mend } from "./mend.ts";
import { currentMerge, tipOf } from "./open-merge.ts";

export interface MergeTurn {
  readonly kind: "merged" | "sent_back" | "empty" | "stop";
}

interface Scored {
  readonly task: TaskRow;
  readonly commit: string;
  readonly score: number;
  readonly level: ConflictLevelName;
}

/** Merges the next branch of the queue, or sends it back; `empty` when none can be merged now. */
export async function mergeNext(engine: EngineContext, input: MergeInput): Promise<MergeTurn> {
  const scope = engine.store.scope(input.orgId);
  const spec = await currentMerge(scope, input);
  if (spec === undefined) return { kind: "stop" };
  const tasks = await listTaskRows(scope, spec.id);
  const edges = await listEdges(scope, spec.id);
  const workspace = workspaceOf(input.orgId, spec);
  const next = await leastConflicting(engine, workspace, tipOf(spec), mergeable(tasks, edges));
  if (next === undefined) return { kind: "empty" };
  await tellScore(engine, input, next);
  const { task, commit } = next;
  const tip = tipOf(spec);
  const message = `Merge ${task.id}: ${task.title}`;
  const outcome = await engine.workspaces.merge(workspace, { tip, commit, message });
  if (outcome.kind === "conflict") {
    await mend(engine, input, {
      task,
      commit,
      kind: "resolution",
      files: outcome.files,
      gate: null,
    });
    return { kind: "sent_back" };
  }
  const gate =
    outcome.kind === "merged"
      ? await runGate(engine, input.orgId, spec, outcome.commit)
      : spec.gate;
  if (gate !== null && !gate.passed && spec.gate?.passed === true) {
    await engine.workspaces.checkoutIntegration(workspace, tip);
    await mend(engine, input, { task, commit, kind: "repair", files: [], gate });
    return { kind: "sent_back" };
  }
  await record(engine, input, next, outcome.commit, gate);
  return { kind: "merged" };
}

/** Finished branches whose dependencies are all merged. */
function mergeable(
  tasks: readonly TaskRow[],
  edges: Awaited<ReturnType<typeof listEdges>>,
): TaskRow[] {
  const merged = new Set(
    tasks.filter((task) => task.mergeState === "merged").map((task) => task.id),
  );
  return tasks.filter(
    (task) =>
      task.status === "completed" &&
      task.mergeState === "queued" &&
      edges.every((edge) => edge.to !== task.id || merged.has(edge.from)),
  );
}

async function leastConflicting(
  engine: EngineContext,
  workspace: WorkspaceSpec,
  tip: string,
  tasks: readonly TaskRow[],
): Promise<Scored | undefined> {
  let least: Scored | undefined;
  for (const task of tasks) {
    const commit = task.commitId;
    if (commit === null) continue;
    const { score, level } = await engine.workspaces.conflict(workspace, tip, commit);
    if (least === undefined || score < least.score) least = { task, commit, score, level };
  }
  return least;
}

async function tellScore(engine: EngineContext, input: MergeInput, next: Scored): Promise<void> {
  const { task, commit, score, level } = next;
  const branch = task.branch ?? task.id;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    // This step may run twice; the second time finds its own score.
    const told = await newestEventType(tx, task.id, ["merge.scored", "merge.merged"]);
    if (told === "merge.scored" && task.conflictScore === score) return;
    await updateTask(tx, task.id, { mergeState: "queued", conflictScore: score });
    tx.emit({
      ...board.facts(task.id),
      type: "merge.scored",
      summary: `${task.id} scores ${score.toFixed(2)} (${level}) against what is merged`,
      data: { branch, commit, score, level },
    });
  });
}

async function record(
  engine: EngineContext,
  input: MergeInput,
  merged: Scored,
  mergeCommit: string,
  gate: TestSummaryResource | null,
): Promise<void> {
  const { task, commit } = merged;
  const branch = task.branch ?? task.id;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await updateSpec(tx, input.specId, { integrationCommit: mergeCommit, gate });
    board.spec = { ...board.spec, integrationCommit: mergeCommit, gate };
    await updateTask(tx, task.id, { mergeState: "merged", mergeCommit, mergeDetail: null });
    tx.emit({
      ...board.facts(task.id),
      type: "merge.merged",
      summary: `${task.id} merged as ${mergeCommit.slice(0, 10)}`,
      data: { branch, commit, mergeCommit },
    });
    if (gate !== null) {
      tx.emit({
        ...board.facts(task.id),
        type: "merge.gate",
        summary: `gate ${gateText(gate)} after ${task.id}`,
        data: { commit: mergeCommit, passed: gate.passed, testSummary: gate },
      });
    }
    await mendedToo(board, tx, task, mergeCommit);
  });
}

/** A resolution or repair brings in the branch it mended. */
async function mendedToo(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  mergeCommit: string,
): Promise<void> {
  const { mendsTask, mendsCommit } = task;
  if (mendsTask === null || mendsCommit === null) return;
  await updateTask(tx, mendsTask, {
    mergeState: "merged",
    mergeCommit,
    mergeDetail: `brought in by ${task.id}`,
  });
  tx.emit({
    ...board.facts(mendsTask),
    type: "merge.resolved",
    summary: `${mendsTask} is in, mended by ${task.id}`,
    data: { branch: mendsTask, commit: mendsCommit, resolutionTask: task.id },
  });
}
