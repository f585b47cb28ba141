import { defineOperation } from "@aomori/operation";
import { pageOf } from "../../page.ts";
import { Step } from "../agent.ts";
import {
  CreateTask,
  GetTask,
  ListTasks,
  Task,
  TaskAction,
  TaskDetail,
  TaskDiff,
  TaskLogs,
  TaskResult,
} from "../task.ts";
import { GetTicket, ListTickets, Ticket } from "../ticket.ts";

const write = { readOnly: false, idempotencyKey: true, dryRun: true } as const;
const columns = ["id", "title", "status", "execution_mode", "agent_id"];

export const listTickets = defineOperation({
  id: "tickets.list",
  summary: "List tickets",
  http: { method: "GET", path: "/api/tickets" },
  input: ListTickets,
  output: pageOf(Ticket),
  scope: "tasks:read",
  effects: { readOnly: true },
  cli: {
    command: "ticket list",
    columns: ["id", "title", "status", "priority"],
    flags: { spec_id: "spec" },
  },
});

export const getTicket = defineOperation({
  id: "tickets.get",
  summary: "Show a ticket",
  http: { method: "GET", path: "/api/tickets/{id}" },
  input: GetTicket,
  output: Ticket,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["TICKET_NOT_FOUND"],
  cli: { command: "ticket show", positionals: ["id"] },
});

export const listTasks = defineOperation({
  id: "tasks.list",
  summary: "List tasks",
  http: { method: "GET", path: "/api/tasks" },
  input: ListTasks,
  output: pageOf(Task),
  scope: "tasks:read",
  effects: { readOnly: true },
  cli: {
    command: "task list",
    columns,
    flags: { spec_id: "spec", ticket_id: "ticket" },
    examples: ["aomori task list --status running"],
  },
});

export const getTask = defineOperation({
  id: "tasks.get",
  summary: "Show a task, and why it is not running",
  http: { method: "GET", path: "/api/tasks/{id}" },
  input: GetTask,
  output: TaskDetail,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["TASK_NOT_FOUND"],
  cli: { command: "task show", positionals: ["id"] },
});

export const createTask = defineOperation({
  id: "tasks.create",
  summary: "Inject a task into a spec's graph, also while it runs",
  http: { method: "POST", path: "/api/tasks", successStatus: 201 },
  input: CreateTask,
  output: Task,
  scope: "tasks:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "TICKET_NOT_FOUND", "TASK_NOT_FOUND", "DEPENDENCY_CYCLE", "SPEC_OVER"],
  cli: {
    command: "task create",
    columns,
    flags: { spec_id: "spec", ticket_id: "ticket", owned_files: "file" },
  },
});

export const retryTask = defineOperation({
  id: "tasks.retry",
  summary: "Run a failed, blocked or cancelled task again and unblock what waits for it",
  http: { method: "POST", path: "/api/tasks/{id}/retry" },
  input: TaskAction,
  output: Task,
  scope: "tasks:write",
  effects: write,
  errors: ["TASK_NOT_FOUND", "TASK_NOT_RETRYABLE"],
  cli: { command: "task retry", positionals: ["id"], columns },
});

export const cancelTask = defineOperation({
  id: "tasks.cancel",
  summary: "Cancel a task and stop its agent",
  http: { method: "POST", path: "/api/tasks/{id}/cancel" },
  input: TaskAction,
  output: Task,
  scope: "tasks:write",
  effects: write,
  errors: ["TASK_NOT_FOUND", "TASK_OVER"],
  cli: { command: "task cancel", positionals: ["id"], columns },
});

export const getTaskResult = defineOperation({
  id: "tasks.get_result",
  summary: "Show what a task produced: diff, files, tests, logs, commit",
  http: { method: "GET", path: "/api/tasks/{id}/result" },
  input: GetTask,
  output: TaskResult,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["TASK_NOT_FOUND", "TASK_WITHOUT_RESULT"],
  cli: { command: "task result", positionals: ["id"] },
});

export const getTaskDiff = defineOperation({
  id: "tasks.diff",
  summary: "Show the diff of a task's changes so far",
  http: { method: "GET", path: "/api/tasks/{id}/diff" },
  input: GetTask,
  output: TaskDiff,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["TASK_NOT_FOUND", "TASK_WITHOUT_RESULT"],
  cli: { command: "task diff", positionals: ["id"] },
});

export const getTaskLogs = defineOperation({
  id: "tasks.logs",
  summary: "List the steps of every agent that worked on a task",
  http: { method: "GET", path: "/api/tasks/{id}/logs" },
  input: TaskLogs,
  output: pageOf(Step),
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["TASK_NOT_FOUND"],
  cli: {
    command: "task logs",
    positionals: ["id"],
    columns: ["at", "agent_id", "type", "summary"],
  },
});
