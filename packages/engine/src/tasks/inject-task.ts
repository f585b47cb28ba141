import type {
  ExecutionModeName,
  OrgId,
  SpecId,
  TaskId,
  TaskPriorityName,
  TicketId,
} from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { getTicket } from "@aomori/store";
import type { OrgScope } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import { resumeSpec } from "../merging/settle-spec.ts";
import { requireSpec } from "../specs/require-spec.ts";
import { addTask } from "./add-task.ts";
import type { TaskDraft } from "./add-task.ts";

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
    if (request.specId === undefined) {
      throw new UserError(
        "validation",
        "VALIDATION_FAILED",
        "name the ticket or the spec the task belongs to",
      );
    }
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
    const { status } = board.spec;
    // A spec that failed while it was planned has no graph to add to.
    const takes = status === "running" || status === "merging" || status === "failed";
    if (!takes || board.size === 0) {
      throw new UserError(
        "conflict",
        "SPEC_OVER",
        `spec ${specId} is ${status}; tasks can be added while its tasks run`,
      );
    }
    const { specId: _, orgId: _org, ticketId, blocks, ...rest } = request;
    const draft: TaskDraft = {
      ...rest,
      ticketId: ticketId ?? null,
      originKey: null,
      kind: "injected",
      requirements: [],
      notes: [],
    };
    const taskId = await addTask(board, tx, draft, blocks);
    // Behind a failed task it is blocked at once, and nothing goes on.
    if (!board.settled) resumeSpec(board, tx);
    return taskId;
  });
  engine.boards.watch(request.orgId, specId);
  engine.wake();
  return id;
}
