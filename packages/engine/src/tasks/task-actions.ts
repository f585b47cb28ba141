import type {
  AgentId,
  ExecutionModeName,
  OrgId,
  ProviderKeysResource,
  SpecId,
  TaskId,
  TaskPriorityName,
  TaskStatusName,
  TicketId,
} from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import {
  findTaskRow,
  getTicket,
  insertEdges,
  insertTasks,
  reserveNumbers,
  updateTask,
} from "@aomori/store";
import type { NewTask, OrgScope, TaskRow } from "@aomori/store";
import { resumeSpec, settleSpec, startFollowing } from "../merging/settle-spec.ts";
import { announceTask } from "../specs/materialise.ts";
import { requireSpec } from "../specs/require-spec.ts";
import { stopRun } from "./live-runs.ts";
import { isOver } from "./task-over.ts";
import type { EngineContext } from "../context.ts";

export async function requireTask(scope: OrgScope, taskId: TaskId): Promise<TaskRow> {
  const task = await findTaskRow(scope, taskId);
  if (task === undefined) {
    throw new UserError(
      "not_found",
      "TASK_NOT_FOUND",
      `task ${taskId} not found; list tasks with "aomori task list"`,
    );
  }
  return task;
}

export interface InjectedTask {
  readonly orgId: OrgId;
  readonly specId: SpecId | undefined;
  readonly ticketId: TicketId | undefined;
  readonly title: string;
  readonly description: string;
  readonly dependsOn: readonly TaskId[];
  readonly blocks: readonly TaskId[];
  readonly ownedFiles: readonly string[];
  readonly acceptanceCriteria: readonly string[];
  readonly executionMode: ExecutionModeName;
  readonly priority: TaskPriorityName;
  readonly estimatedHours: number;
}

/** The spec an injected task belongs to, whichever way it was named. */
async function specOf(scope: OrgScope, request: InjectedTask): Promise<SpecId> {
  if (request.ticketId === undefined) {
    if (request.specId === undefined)
      throw new UserError(
        "validation",
        "VALIDATION_FAILED",
        "name the ticket or the spec the task belongs to",
      );
    return (await requireSpec(scope, request.specId)).id;
  }
  const ticket = await getTicket(scope, request.ticketId);
  if (ticket === undefined) {
    throw new UserError(
      "not_found",
      "TICKET_NOT_FOUND",
      `ticket ${request.ticketId} not found; list tickets with "aomori ticket list"`,
    );
  }
  return ticket.specId;
}

/** Adds a task to a spec's graph, also while it runs. Errors: DEPENDENCY_CYCLE (named), TASK_NOT_FOUND, TASK_STARTED, SPEC_OVER. */
export async function injectTask(engine: EngineContext, request: InjectedTask): Promise<TaskId> {
  const specId = await specOf(engine.store.scope(request.orgId), request);
  const id = await engine.boards.change(request.orgId, specId, async (board, tx) => {
    if (!["running", "failed", "merging"].includes(board.spec.status)) {
      throw new UserError(
        "conflict",
        "SPEC_OVER",
        `spec ${specId} is ${board.spec.status}; tasks can be added while its tasks run`,
      );
    }
    const {
      tasks: [taskId],
    } = await reserveNumbers(tx, { tasks: 1, tickets: 0 });
    if (taskId === undefined) throw new Error("the store reserved no task number");
    const { specId: _, orgId: _org, ticketId, blocks, ...rest } = request;
    const task: NewTask = {
      ...rest,
      id: taskId,
      specId,
      ticketId: ticketId ?? null,
      localId: null,
      originKey: null,
      mendsTask: null,
      mendsCommit: null,
      kind: "injected",
      requirements: [],
      notes: [],
    };
    const [own, ...followed] = board.dag.add({ id: taskId, dependsOn: request.dependsOn, blocks });
    const status = own?.status ?? "ready";
    const [row] = await insertTasks(tx, [{ ...task, status }]);
    if (row === undefined) throw new Error(`the store did not give ${taskId} back`);
    await insertEdges(
      tx,
      specId,
      blocks.map((to) => ({ from: taskId, to })),
    );
    board.add(row);
    announceTask(tx, board.spec, task, status);
    await board.persist(tx, [taskId], followed);
    await resumeSpec(board, tx);
    return taskId;
  });
  engine.boards.watch(request.orgId, specId);
  engine.wake();
  return id;
}

export interface TaskDecision {
  readonly orgId: OrgId;
  readonly taskId: TaskId;
  readonly by: string;
  readonly keys?: ProviderKeysResource | undefined;
}

const retryable: readonly TaskStatusName[] = ["failed", "blocked", "cancelled"];

/** Runs a stopped task again and lets go what waited for it. Errors: TASK_NOT_FOUND, TASK_NOT_RETRYABLE. */
export async function retryTask(engine: EngineContext, decision: TaskDecision): Promise<void> {
  const { orgId, taskId } = decision;
  const task = await requireTask(engine.store.scope(orgId), taskId);
  if (decision.keys !== undefined) engine.keys.remember(task.specId, decision.keys);
  await engine.boards.change(orgId, task.specId, async (board, tx) => {
    const status = board.dag.status(taskId);
    const over = board.spec.status === "completed" || board.spec.status === "cancelled";
    if (!retryable.includes(status) || over) {
      const why = over ? `its spec is ${board.spec.status}` : `it is ${status}`;
      throw new UserError(
        "conflict",
        "TASK_NOT_RETRYABLE",
        `task ${taskId} cannot be run again: ${why}`,
      );
    }
    const [own, ...followed] = board.dag.reopen(taskId);
    board.postpone(taskId, tx.nowMs, 0);
    await updateTask(tx, taskId, {
      status: own?.status ?? "ready",
      attempt: 0,
      notBefore: null,
      failure: null,
      endedAt: null,
      readyAt: tx.now,
    });
    if (own?.status === "ready") {
      tx.emit({
        ...board.facts(taskId),
        type: "task.ready",
        summary: `${taskId} is ready again, says ${decision.by}`,
        data: {},
      });
    }
    await board.persist(tx, [taskId], followed);
    await resumeSpec(board, tx);
  });
  engine.boards.watch(orgId, task.specId);
  engine.wake();
}

/** Cancels a task, stops its agents and blocks what waits for it. Errors: TASK_NOT_FOUND, TASK_OVER. */
export async function cancelTask(engine: EngineContext, decision: TaskDecision): Promise<void> {
  const { orgId, taskId, by } = decision;
  const task = await requireTask(engine.store.scope(orgId), taskId);
  const following = await engine.boards.change(orgId, task.specId, async (board, tx) => {
    const status = board.dag.status(taskId);
    if (isOver(status)) {
      throw new UserError("conflict", "TASK_OVER", `task ${taskId} is ${status} already`);
    }
    const followed = board.dag.set(taskId, "cancelled");
    await updateTask(tx, taskId, { status: "cancelled", endedAt: tx.now });
    tx.emit({
      ...board.facts(taskId),
      type: "task.cancelled",
      summary: `${taskId} cancelled by ${by}`,
      data: { by },
    });
    await board.persist(tx, [taskId], followed);
    return settleSpec(board, tx);
  });
  await Promise.all(
    engine.live.ofTask(taskId, task.specId).map((run) => stopRun(run, { kind: "person", by })),
  );
  await startFollowing(engine, following);
  engine.wake();
}

/** Stops one agent; its task fails and can be retried. Errors: AGENT_NOT_FOUND, AGENT_OVER. */
export async function stopAgent(
  engine: EngineContext,
  agentId: AgentId,
  by: string,
): Promise<void> {
  const run = engine.live.get(agentId);
  if (run === undefined) {
    throw new UserError("conflict", "AGENT_OVER", `agent ${agentId} is not running any more`);
  }
  await stopRun(run, { kind: "person", by });
}
