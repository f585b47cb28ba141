import * as z from "zod";
import { pageFields } from "../page.ts";
import { Failure, Timestamp } from "../values.ts";
import { AgentId, SpecId, TaskId, TicketId } from "../ids.ts";
import { ProviderKeys } from "./spec.ts";

export const taskStatuses = [
  "pending",
  "ready",
  "running",
  "validating",
  "completed",
  "failed",
  "blocked",
  "cancelled",
] as const;
/** `done` is read as `completed`. */
export const TaskStatus = z.enum(taskStatuses).meta({ id: "TaskStatus" });
export const TaskStatusFilter = z
  .enum([...taskStatuses, "done"])
  .transform((status) => (status === "done" ? "completed" : status));

export const executionModes = ["exploration", "implementation", "validation"] as const;
export const ExecutionMode = z.enum(executionModes).meta({ id: "ExecutionMode" });

export const taskPriorities = ["critical", "high", "medium", "low"] as const;
export const TaskPriority = z.enum(taskPriorities).meta({ id: "TaskPriority" });

/** Where a task comes from: the plan, a person, a merge conflict, or a red test gate. */
export const taskKinds = ["planned", "injected", "resolution", "repair"] as const;
export const TaskKind = z.enum(taskKinds).meta({ id: "TaskKind" });

export const Task = z
  .object({
    id: TaskId,
    spec_id: SpecId,
    ticket_id: TicketId.nullable(),
    title: z.string(),
    description: z.string(),
    kind: TaskKind,
    execution_mode: ExecutionMode,
    status: TaskStatus,
    priority: TaskPriority,
    estimated_hours: z.number(),
    owned_files: z.array(z.string()),
    requirements: z.array(z.string()),
    acceptance_criteria: z.array(z.string()),
    depends_on: z.array(TaskId),
    blocks: z.array(TaskId),
    /** The live or newest agent run. */
    agent_id: AgentId.nullable(),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    merged: z.boolean(),
    attempt: z.int(),
    validation_round: z.int(),
    failure: Failure.nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({ id: "Task" });

/** A task with the reasons why it is not running, for people. */
export const TaskDetail = Task.extend({ waiting_for: z.array(z.string()) }).meta({
  id: "TaskDetail",
});

export const TestSummary = z
  .object({
    command: z.array(z.string()),
    passed: z.boolean(),
    exit_code: z.int().nullable(),
    /** Counts where the output told them. */
    tests_passed: z.int().nullable(),
    tests_failed: z.int().nullable(),
    output_tail: z.string(),
    duration_ms: z.int(),
  })
  .meta({ id: "TestSummary" });

export const ChangedFile = z
  .object({
    path: z.string(),
    status: z.enum(["added", "modified", "deleted", "renamed"]),
    additions: z.int(),
    deletions: z.int(),
  })
  .meta({ id: "ChangedFile" });

export const TaskResult = z
  .object({
    task_id: TaskId,
    /** Unified diff against the commit the task started from; cut at 1 MiB, said by `diff_truncated`. */
    diff: z.string(),
    diff_truncated: z.boolean(),
    files_changed: z.array(ChangedFile),
    test_summary: TestSummary.nullable(),
    /** What the agent said at its end. */
    logs: z.string(),
    commit: z.string().nullable(),
  })
  .meta({ id: "TaskResult" });

export const ListTasks = z.object({
  spec_id: SpecId.optional(),
  ticket_id: TicketId.optional(),
  status: TaskStatusFilter.optional(),
  ...pageFields,
});
export const GetTask = z.object({ id: TaskId });
export const TaskAction = z.object({ id: TaskId, provider_keys: ProviderKeys.optional() });

export const CreateTask = z
  .object({
    ticket_id: TicketId.optional(),
    spec_id: SpecId.optional(),
    title: z.string().trim().min(1).max(200),
    description: z.string().trim().max(20_000).default(""),
    depends_on: z.array(TaskId).default([]),
    blocks: z.array(TaskId).default([]).describe("tasks that shall wait for the new one"),
    owned_files: z.array(z.string()).default([]),
    acceptance_criteria: z.array(z.string()).default([]),
    execution_mode: ExecutionMode.default("implementation"),
    priority: TaskPriority.default("medium"),
    estimated_hours: z.number().positive().max(1_000).default(1),
  })
  .refine((task) => task.ticket_id !== undefined || task.spec_id !== undefined, {
    message: "name the ticket_id or the spec_id the task belongs to",
    path: ["ticket_id"],
  });

export const TaskDiff = z
  .object({ task_id: TaskId, diff: z.string(), truncated: z.boolean() })
  .meta({ id: "TaskDiff" });

export const TaskLogs = z.object({
  id: TaskId,
  ...pageFields,
});
