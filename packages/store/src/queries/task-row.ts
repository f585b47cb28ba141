import { TaskResult, fromWire } from "@aomori/contract";
import type { FailureResource, TaskId, TaskResource, TaskResultResource } from "@aomori/contract";
import type { Selectable } from "kysely";

import { readFailure } from "../documents.ts";
import type { TasksTable } from "../tables.ts";

/** A task as the engine sees it: with its numbers and merge state, without edges and without its result, which may be a mebibyte. */
export interface TaskRow extends Omit<Selectable<TasksTable>, "orgId" | "failure" | "result"> {
  readonly failure: FailureResource | null;
}

type TaskColumn = Exclude<keyof TasksTable, "orgId" | "result">;

/** The columns of a `TaskRow`. */
export const taskColumns: readonly TaskColumn[] = [
  "id",
  "number",
  "specId",
  "ticketId",
  "localId",
  "originKey",
  "mendsTask",
  "mendsCommit",
  "title",
  "description",
  "kind",
  "executionMode",
  "status",
  "priority",
  "estimatedHours",
  "ownedFiles",
  "requirements",
  "acceptanceCriteria",
  "agentId",
  "branch",
  "baseCommit",
  "commitId",
  "mergeState",
  "mergeCommit",
  "mergeDetail",
  "conflictScore",
  "attempt",
  "run",
  "validationRound",
  "notes",
  "notBefore",
  "failure",
  "createdAt",
  "readyAt",
  "startedAt",
  "endedAt",
];

export type TaskColumns = Pick<Selectable<TasksTable>, TaskColumn>;

export const readTaskRow = (row: TaskColumns): TaskRow => ({
  ...row,
  failure: readFailure(row.failure),
});

export const readResult = (result: Selectable<TasksTable>["result"]): TaskResultResource | null =>
  result === null ? null : fromWire(TaskResult, result);

export interface TaskLinks {
  readonly dependsOn: TaskId[];
  readonly blocks: TaskId[];
}

/** The API's view of a task. */
export function taskResource(row: TaskRow, links: TaskLinks): TaskResource {
  return {
    id: row.id,
    specId: row.specId,
    ticketId: row.ticketId,
    title: row.title,
    description: row.description,
    kind: row.kind,
    executionMode: row.executionMode,
    status: row.status,
    priority: row.priority,
    estimatedHours: row.estimatedHours,
    ownedFiles: row.ownedFiles,
    requirements: row.requirements,
    acceptanceCriteria: row.acceptanceCriteria,
    dependsOn: links.dependsOn,
    blocks: links.blocks,
    agentId: row.agentId,
    branch: row.branch,
    commit: row.commitId,
    merged: row.mergeState === "merged",
    attempt: row.attempt,
    validationRound: row.validationRound,
    failure: row.failure,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  };
}
