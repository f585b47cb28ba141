import type { SpecId, TestSummaryResource } from "@aomori/contract";
import { listMergeableRows, listTaskRows, updateTask } from "@aomori/store";
import type { OrgScope, OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import type { WorkspaceSpec } from "../ports.ts";
import type { Board } from "../tasks/board.ts";
import { workspaceOf } from "../workspace-of.ts";
import { emitGate, runGate } from "./gate.ts";
import { mend } from "./mend.ts";
import type { Damage, Scored } from "./mend.ts";
import { branchNameOf, currentMerge, isOpen, tipOf } from "./current-merge.ts";

const queuePage = 20;

export interface MergeTurn {
  readonly kind: "merged" | "sent_back" | "empty" | "stop";
}

/** Merges the next branch of the queue, or sends it back; `empty` when none can be merged now. */
export async function mergeNext(
  engine: EngineContext,
  input: MergeInput,
  signal: AbortSignal,
): Promise<MergeTurn> {
  const scope = engine.store.scope(input.orgId);
  const spec = await currentMerge(scope, input);
  if (spec === undefined) return { kind: "stop" };
  const workspace = workspaceOf(input.orgId, spec);
  const tip = tipOf(spec);
  const next = await leastConflicting(engine, workspace, tip, mergeableRows(scope, spec.id));
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

/** The queue in the order of its tasks, read as far as it is looked at. */
async function* mergeableRows(scope: OrgScope, specId: SpecId): AsyncGenerator<TaskRow> {
  for (let afterNumber = 0; ;) {
    const rows = await listMergeableRows(scope, specId, { limit: queuePage, afterNumber });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < queuePage) return;
    afterNumber = last.number;
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
    await board.updateSpec(tx, { integrationCommit: mergeCommit, gate });
    await updateTask(tx, task.id, {
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
    if (task.mendsTask !== null) await mendedToo(board, tx, task, mergeCommit);
    return { kind: "merged" };
  });
}

/** A resolution or repair brings in the branch it mended, which may itself have mended another. */
async function mendedToo(
  board: Board,
  tx: OrgTransaction,
  mending: TaskRow,
  mergeCommit: string,
): Promise<void> {
  const rows = new Map((await listTaskRows(tx, board.specId)).map((row) => [row.id, row]));
  for (
    let mended = mending.mendsTask;
    mended !== null;
    mended = rows.get(mended)?.mendsTask ?? null
  ) {
    const row = rows.get(mended);
    if (row === undefined || row.mergeState === "merged") return;
    await updateTask(tx, row.id, {
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
