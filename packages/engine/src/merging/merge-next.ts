import type { TestSummaryResource } from "@aomori/contract";
import type { OrgTransaction, SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import type { WorkspaceSpec } from "../ports.ts";
import type { Board } from "../tasks/board.ts";
import { workspaceOf } from "../workspace-of.ts";
import { emitGate, runGate } from "./gate.ts";
import { mend } from "./mend.ts";
import type { Damage, Scored } from "./mend.ts";
import { branchNameOf, currentMerge, isOpen, tipOf } from "./current-merge.ts";

export interface MergeTurn {
  readonly kind: "merged" | "sent_back" | "empty" | "stop";
}

/** Merges the next branch of the queue, or sends it back; `empty` when none can be merged now. */
export async function mergeNext(
  engine: EngineContext,
  input: MergeInput,
  signal: AbortSignal,
): Promise<MergeTurn> {
  const { spec, first } = await lookAtQueue(engine, input, 0);
  if (spec === undefined) return { kind: "stop" };
  const workspace = workspaceOf(input.orgId, spec);
  const tip = tipOf(spec);
  const next = await leastConflicting(engine, workspace, tip, mergeableRows(engine, input, first));
  if (next === undefined) return { kind: "empty" };
  const message = `Merge ${next.task.id}: ${next.task.title}`;
  const outcome = await engine.workspaces.merge(workspace, { tip, commit: next.commit, message });
  if (outcome.kind === "conflict") {
    return sendBack(engine, input, next, { kind: "resolution", files: outcome.files });
  }
  const merged = outcome.kind === "merged";
  const gate = merged ? await runGate(engine, spec, workspace, outcome.commit, signal) : spec.gate;
  if (gate !== null && !gate.passed && spec.gate?.passed === true) {
    // The branch must not stay on a merge that nobody keeps.
    await engine.workspaces.checkoutIntegration(workspace, tip);
    return sendBack(engine, input, next, { kind: "repair", gate });
  }
  return record(engine, input, next, outcome.commit, gate);
}

interface QueueView {
  /** While the run is the newest. */
  readonly spec: SpecRow | undefined;
  /** Of those that can be merged now. */
  readonly first: TaskRow | undefined;
}

const lookAtQueue = (
  engine: EngineContext,
  input: MergeInput,
  afterNumber: number,
): Promise<QueueView> =>
  engine.boards.look(input.orgId, input.specId, (board) => ({
    spec: currentMerge(board, input),
    first: board.nextMergeable(afterNumber),
  }));

/** The queue in the order of its tasks, as far as it is looked at. */
async function* mergeableRows(
  engine: EngineContext,
  input: MergeInput,
  first: TaskRow | undefined,
): AsyncGenerator<TaskRow> {
  for (let next = first; next !== undefined;) {
    yield next;
    next = (await lookAtQueue(engine, input, next.number)).first;
  }
}

/** The first of those with the least score; one without any conflict needs no comparison. */
async function leastConflicting(
  engine: EngineContext,
  workspace: WorkspaceSpec,
  tip: string,
  tasks: AsyncIterable<TaskRow>,
): Promise<Scored | undefined> {
  let least: Scored | undefined;
  for await (const task of tasks) {
    const commit = task.commitId;
    if (commit === null) continue;
    const { score, level } = await engine.workspaces.conflict(workspace, tip, commit);
    if (least === undefined || score < least.score) least = { task, commit, score, level };
    if (score === 0) break;
  }
  return least;
}

function emitScore(board: Board, tx: OrgTransaction, { task, commit, score, level }: Scored): void {
  tx.emit({
    ...board.facts(task.id),
    type: "merge.scored",
    summary: `${task.id} scores ${score.toFixed(2)} (${level}) against what is merged`,
    data: { branch: branchNameOf(task), commit, score, level },
  });
}

async function sendBack(
  engine: EngineContext,
  input: MergeInput,
  next: Scored,
  damage: Damage,
): Promise<MergeTurn> {
  const sent = await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (!isOpen(board.spec)) return false;
    emitScore(board, tx, next);
    await mend(board, tx, next, damage);
    return true;
  });
  engine.wake();
  return { kind: sent ? "sent_back" : "stop" };
}

async function record(
  engine: EngineContext,
  input: MergeInput,
  next: Scored,
  mergeCommit: string,
  gate: TestSummaryResource | null,
): Promise<MergeTurn> {
  const { task, commit, score } = next;
  return engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (!isOpen(board.spec)) return { kind: "stop" };
    emitScore(board, tx, next);
    board.updateSpec(tx, { integrationCommit: mergeCommit, gate });
    board.updateTask(tx, task.id, {
      mergeState: "merged",
      mergeCommit,
      mergeDetail: null,
      conflictScore: score,
    });
    tx.emit({
      ...board.facts(task.id),
      type: "merge.merged",
      summary: `${task.id} merged as ${mergeCommit.slice(0, 10)}`,
      data: { branch: branchNameOf(task), commit, mergeCommit },
    });
    if (gate !== null) emitGate(board, tx, task, mergeCommit, gate);
    if (task.mendsTask !== null) mendedToo(board, tx, task, mergeCommit);
    return { kind: "merged" };
  });
}

/** A resolution or repair brings in the branch it mended, which may itself have mended another. */
function mendedToo(board: Board, tx: OrgTransaction, mending: TaskRow, mergeCommit: string): void {
  for (let mended = mending.mendsTask; mended !== null; mended = board.row(mended).mendsTask) {
    const row = board.row(mended);
    if (row.mergeState === "merged") return;
    board.updateTask(tx, row.id, {
      mergeState: "merged",
      mergeCommit,
      mergeDetail: `brought in by ${mending.id}`,
    });
    tx.emit({
      ...board.facts(row.id),
      type: "merge.resolved",
      summary: `${row.id} is in, mended by ${mending.id}`,
      data: { branch: branchNameOf(row), commit: row.commitId ?? "", resolutionTask: mending.id },
    });
  }
}
