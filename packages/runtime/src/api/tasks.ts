import type { TaskDetailResource, TaskId, TaskResource } from "@aomori/contract";
import { cancelTask, explainTask, injectTask, retryTask } from "@aomori/engine";
import { UserError } from "@aomori/protocol";
import {
  getTask,
  getTaskResult,
  getTicket,
  listTaskSteps,
  listTasks,
  listTickets,
} from "@aomori/store";
import type { OrgScope } from "@aomori/store";
import type { Runtime } from "../open-runtime.ts";
import type { Caller, HandlersOf, PlansOf } from "./handler.ts";

export async function requireTaskResource(scope: OrgScope, id: TaskId): Promise<TaskResource> {
  const task = await getTask(scope, id);
  if (task !== undefined) return task;
  throw new UserError(
    "not_found",
    "TASK_NOT_FOUND",
    `task ${id} not found; list tasks with "aomori task list"`,
  );
}

async function resultOf(scope: OrgScope, id: TaskId) {
  await requireTaskResource(scope, id);
  const result = await getTaskResult(scope, id);
  if (result !== undefined && result !== null) return result;
  throw new UserError(
    "not_found",
    "TASK_WITHOUT_RESULT",
    `task ${id} has no result yet; see "aomori task show ${id}"`,
  );
}

async function detail(runtime: Runtime, caller: Caller, id: TaskId): Promise<TaskDetailResource> {
  const task = await requireTaskResource(runtime.store.scope(caller.orgId), id);
  return {
    ...task,
    waitingFor: [...(await explainTask(runtime.engine.context, caller.orgId, task))],
  };
}

/** The operations on tickets and tasks, by id. */
export function taskHandlers(runtime: Runtime): HandlersOf<"tasks" | "tickets"> {
  const { store } = runtime;
  const engine = runtime.engine.context;
  const scopeOf = (caller: Caller): OrgScope => store.scope(caller.orgId);
  return {
    "tickets.list": (input, caller) => listTickets(scopeOf(caller), input),
    "tickets.get": async (input, caller) => {
      const ticket = await getTicket(scopeOf(caller), input.id);
      if (ticket !== undefined) return ticket;
      throw new UserError(
        "not_found",
        "TICKET_NOT_FOUND",
        `ticket ${input.id} not found; list tickets with "aomori ticket list"`,
      );
    },
    "tasks.list": (input, caller) => listTasks(scopeOf(caller), input),
    "tasks.get": (input, caller) => detail(runtime, caller, input.id),
    "tasks.create": async (input, caller) => {
      const { specId, ticketId, ...rest } = input;
      const id = await injectTask(engine, { ...rest, orgId: caller.orgId, specId, ticketId });
      return requireTaskResource(scopeOf(caller), id);
    },
    "tasks.retry": async (input, caller) => {
      await runtime.keys.refresh();
      await retryTask(engine, {
        orgId: caller.orgId,
        taskId: input.id,
        by: caller.keyName,
        keys: input.providerKeys,
      });
      return requireTaskResource(scopeOf(caller), input.id);
    },
    "tasks.cancel": async (input, caller) => {
      await cancelTask(engine, { orgId: caller.orgId, taskId: input.id, by: caller.keyName });
      return requireTaskResource(scopeOf(caller), input.id);
    },
    "tasks.get_result": (input, caller) => resultOf(scopeOf(caller), input.id),
    "tasks.diff": async (input, caller) => {
      const { taskId, diff, diffTruncated } = await resultOf(scopeOf(caller), input.id);
      return { taskId, diff, truncated: diffTruncated };
    },
    "tasks.logs": async (input, caller) => {
      const { id, ...page } = input;
      await requireTaskResource(scopeOf(caller), id);
      return listTaskSteps(scopeOf(caller), id, page);
    },
  };
}

/** What the operations on tasks would do. */
export function taskPlans(runtime: Runtime): PlansOf<"tasks" | "tickets"> {
  const planned =
    (action: string, note: string) => async (input: { readonly id: TaskId }, caller: Caller) => {
      const task = await requireTaskResource(runtime.store.scope(caller.orgId), input.id);
      return { actions: [{ action, target: task.id, detail: `${note}; it is ${task.status}` }] };
    };
  return {
    "tasks.create": async (input) => ({
      actions: [
        {
          action: "add task",
          target: input.title,
          detail: `waits for ${input.dependsOn.join(", ") || "nothing"}`,
        },
      ],
    }),
    "tasks.retry": planned("run again", "and let go what waits for it"),
    "tasks.cancel": planned("cancel", "stop its agents and block what waits for it"),
  };
}
