import type { ConflictLevelName, TaskId, TestSummaryResource } from "@aomori/contract";
import type { OrgTransaction, TaskRow } from "@aomori/store";
import { addTask } from "../tasks/add-task.ts";
import type { TaskDraft } from "../tasks/add-task.ts";
import type { Board } from "../tasks/board.ts";
import { emitGate } from "./gate.ts";
import { branchNameOf } from "./current-merge.ts";
import { resumeSpec } from "./settle-spec.ts";

/** Mending tasks made for one branch, and for what mended it, before a person is asked. */
const maxMends = 2;

/** A finished branch and how badly it collides with what is merged. */
export interface Scored {
  readonly task: TaskRow;
  readonly commit: string;
  readonly score: number;
  readonly level: ConflictLevelName;
}

/** Why a branch cannot stay merged. */
export type Damage =
  | { readonly kind: "resolution"; readonly files: readonly string[] }
  | { readonly kind: "repair"; readonly gate: TestSummaryResource };

/** Sends a branch that collides, or turns the gate red, back as a task; after two of them the branch is blocked for a person. */
export async function mend(
  board: Board,
  tx: OrgTransaction,
  { task, commit, score }: Scored,
  damage: Damage,
): Promise<void> {
  const before = mendsBefore(board.rows, task);
  const mending =
    before < maxMends ? await addMending(board, tx, task, commit, damage, before) : undefined;
  const state = damage.kind === "repair" ? "reverted" : "conflict";
  board.updateTask(tx, task.id, {
    mergeState: mending === undefined ? "blocked" : state,
    mergeDetail:
      mending === undefined
        ? `needs a person: it was mended ${before} times`
        : `${mending} mends it`,
    conflictScore: score,
  });
  tell(board, tx, task, commit, damage, mending);
  if (mending !== undefined) resumeSpec(board, tx);
}

/** How often the branch at the root of this one has been mended. */
function mendsBefore(tasks: readonly TaskRow[], task: TaskRow): number {
  const rows = new Map(tasks.map((row) => [row.id, row]));
  const rootOf = (row: TaskRow): TaskId => {
    const mended = row.mendsTask === null ? undefined : rows.get(row.mendsTask);
    return mended === undefined ? row.id : rootOf(mended);
  };
  const root = rootOf(task);
  return tasks.filter((row) => row.id !== root && rootOf(row) === root).length;
}

function addMending(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  commit: string,
  damage: Damage,
  before: number,
): Promise<TaskId> {
  const draft: TaskDraft = {
    ticketId: task.ticketId,
    originKey: `${damage.kind}:${task.id}:${before}`,
    mendsTask: task.id,
    mendsCommit: commit,
    kind: damage.kind,
    executionMode: "implementation",
    priority: "critical",
    estimatedHours: 0.5,
    requirements: task.requirements,
    dependsOn: [],
    ...brief(task, damage),
  };
  const waiting = board.dag.dependents(task.id).filter((dependent) => board.isWaiting(dependent));
  return addTask(board, tx, draft, waiting);
}

function brief(
  task: TaskRow,
  damage: Damage,
): Pick<TaskDraft, "title" | "description" | "ownedFiles" | "acceptanceCriteria" | "notes"> {
  if (damage.kind === "resolution") {
    const { files } = damage;
    return {
      title: `Resolve the merge of ${task.title}`,
      description: `The branch of ${task.id} and what is already merged changed the same lines. The files hold conflict markers; keep what both sides intend.`,
      ownedFiles: [...files],
      acceptanceCriteria: ["No conflict marker is left", "What both sides add is kept"],
      notes: [`Files with conflict markers: ${files.join(", ")}`],
    };
  }
  const { gate } = damage;
  return {
    title: `Repair ${task.title}`,
    description: `Merging ${task.id} turned the test gate from green to red. Its changes are in this worktree; make the tests pass without dropping them.`,
    ownedFiles: task.ownedFiles,
    acceptanceCriteria: ["The test command passes"],
    notes: [`Output of ${gate.command.join(" ")}:\n${gate.outputTail}`],
  };
}

function tell(
  board: Board,
  tx: OrgTransaction,
  task: TaskRow,
  commit: string,
  damage: Damage,
  mending: TaskId | undefined,
): void {
  const facts = board.facts(task.id);
  const branch = branchNameOf(task);
  const next = mending ?? "a person";
  if (damage.kind === "resolution") {
    const { files } = damage;
    tx.emit({
      ...facts,
      type: "merge.conflict",
      summary: `${task.id} collides in ${files.join(", ")}; ${next} resolves it`,
      data: { branch, commit, files: [...files], resolutionTask: mending ?? null },
    });
    return;
  }
  emitGate(board, tx, task, commit, damage.gate);
  tx.emit({
    ...facts,
    type: "merge.reverted",
    summary: `${task.id} turned the gate red and is out again; ${next} repairs it`,
    data: { branch, commit, repairTask: mending ?? null },
  });
}
