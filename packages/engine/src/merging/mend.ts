import type { TaskId, TestSummaryResource } from "@aomori/contract";
import { insertEdges, insertTasks, listTaskRows, reserveNumbers, updateTask } from "@aomori/store";
import type { NewTask, OrgTransaction, TaskRow } from "@aomori/store";
import type { EngineContext, MergeInput } from "../context.ts";
import { announceTask } from "../specs/materialise.ts";
import type { Board } from "../tasks/board.ts";
import { gateText } from "./gate.ts";
import { resumeSpec } from "./settle-spec.ts";

/** Mending tasks made for one branch before a person is asked. */
const maxMends = 2;

export interface Damage {
  readonly task: TaskRow;
  readonly commit: string;
  readonly kind: "resolution" | "repair";
  readonly files: readonly string[];
  readonly gate: TestSummaryResource | null;
}

/** Sends a branch that collides, or turns the gate red, back as a task; after two of them the branch is blocked for a person. */
export async function mend(
  engine: EngineContext,
  input: MergeInput,
  damage: Damage,
): Promise<void> {
  const { task } = damage;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const tasks = await listTaskRows(tx, input.specId);
    const before = tasks.filter((other) => other.mendsTask === task.id).length;
    const mending = before < maxMends ? await insertMending(board, tx, damage, before) : undefined;
    const state =
      mending === undefined ? "blocked" : damage.kind === "repair" ? "reverted" : "conflict";
    const detail =
      mending === undefined ? "needs a person: mending it failed twice" : `${mending} mends it`;
    await updateTask(tx, task.id, { mergeState: state, mergeDetail: detail });
    tell(board, tx, damage, mending);
    if (mending !== undefined) await resumeSpec(board, tx);
  });
  engine.wake();
}

async function insertMending(
  board: Board,
  tx: OrgTransaction,
  damage: Damage,
  before: number,
): Promise<TaskId> {
  const { task, commit, kind } = damage;
  const {
    tasks: [id],
  } = await reserveNumbers(tx, { tasks: 1, tickets: 0 });
  if (id === undefined) throw new Error("the store reserved no task number");
  const mending: NewTask = {
    id,
    specId: board.specId,
    ticketId: task.ticketId,
    localId: null,
    originKey: `${kind}:${task.id}:${before}`,
    mendsTask: task.id,
    mendsCommit: commit,
    kind,
    executionMode: "implementation",
    priority: "critical",
    estimatedHours: 0.5,
    requirements: task.requirements,
    dependsOn: [],
    ...brief(damage),
  };
  const [row] = await insertTasks(tx, [mending]);
  if (row === undefined) throw new Error(`the store did not give ${id} back`);
  const waiting = board.dag.dependents(task.id).filter((dependent) => board.isWaiting(dependent));
  const changes = board.dag.add({ id, dependsOn: [], blocks: waiting });
  await insertEdges(
    tx,
    board.specId,
    waiting.map((to) => ({ from: id, to })),
  );
  board.add(row);
  announceTask(tx, board.spec, mending);
  await board.persist(
    tx,
    [id],
    changes.filter((change) => change.id !== id),
  );
  return id;
}

function brief(
  damage: Damage,
): Pick<NewTask, "title" | "description" | "ownedFiles" | "acceptanceCriteria" | "notes"> {
  const { task, kind, files, gate } = damage;
  if (kind === "resolution") {
    return {
      title: `Resolve the merge of ${task.title}`,
      description: `The branch of ${task.id} and what is already merged changed the same lines. The files hold conflict markers; keep what both sides intend.`,
      ownedFiles: [...files],
      acceptanceCriteria: ["No conflict marker is left", "What both sides add is kept"],
      notes: [`Files with conflict markers: ${files.join(", ")}`],
    };
  }
  return {
    title: `Repair ${task.title}`,
    description: `Merging ${task.id} turned the test gate from green to red. Its changes are in this worktree; make the tests pass without dropping them.`,
    ownedFiles: task.ownedFiles,
    acceptanceCriteria: ["The test command passes"],
    notes: gate === null ? [] : [`Output of ${gate.command.join(" ")}:\n${gate.outputTail}`],
  };
}

function tell(board: Board, tx: OrgTransaction, damage: Damage, mending: TaskId | undefined): void {
  const { task, commit, kind, files, gate } = damage;
  const branch = task.branch ?? task.id;
  const next = mending ?? "a person";
  if (kind === "resolution") {
    tx.emit({
      ...board.facts(task.id),
      type: "merge.conflict",
      summary: `${task.id} collides in ${files.join(", ")}; ${next} resolves it`,
      data: { branch, commit, files: [...files], resolutionTask: mending ?? null },
    });
    return;
  }
  if (gate !== null) {
    tx.emit({
      ...board.facts(task.id),
      type: "merge.gate",
      summary: `gate ${gateText(gate)} after ${task.id}`,
      data: { commit, passed: gate.passed, testSummary: gate },
    });
  }
  tx.emit({
    ...board.facts(task.id),
    type: "merge.reverted",
    summary: `${task.id} turned the gate red and is out again; ${next} repairs it`,
    data: { branch, commit, repairTask: mending ?? null },
  });
}
