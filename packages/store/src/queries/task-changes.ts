import { TaskResult, toWire } from "@aomori/contract";
import type {
  AgentId,
  FailureResource,
  TaskId,
  TaskResultResource,
  TaskStatusName,
} from "@aomori/contract";
import { sql } from "kysely";
import type { Updateable } from "kysely";

import { writeFailure } from "../documents.ts";
import { jsonText } from "../json-text.ts";
import type { TasksTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import type { TaskRow } from "./task-row.ts";

export interface TaskPatch {
  readonly status?: TaskStatusName;
  readonly description?: string;
  readonly agentId?: AgentId | null;
  readonly branch?: string | null;
  readonly baseCommit?: string | null;
  readonly commitId?: string | null;
  readonly mergeState?: TaskRow["mergeState"];
  readonly mergeCommit?: string | null;
  readonly mergeDetail?: string | null;
  readonly conflictScore?: number | null;
  readonly attempt?: number;
  readonly run?: number;
  readonly validationRound?: number;
  readonly notes?: readonly string[];
  readonly notBefore?: string | null;
  readonly failure?: FailureResource | null;
  readonly result?: TaskResultResource | null;
  readonly readyAt?: string | null;
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
}

export interface TaskExpectation {
  readonly expectStatus?: TaskStatusName | readonly TaskStatusName[];
  /** The run that asks; a later start of the task makes this one's change come too late. */
  readonly expectRun?: number;
}

/** Changes a task when it is as expected; says whether it was. */
export async function updateTask(
  transaction: OrgTransaction,
  id: TaskId,
  patch: TaskPatch,
  { expectStatus, expectRun }: TaskExpectation = {},
): Promise<boolean> {
  let query = transaction.update("tasks").set(columnsOf(patch)).where("id", "=", id);
  if (expectStatus !== undefined) query = query.where("status", "in", [expectStatus].flat());
  if (expectRun !== undefined) query = query.where("run", "=", expectRun);
  return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
}

function columnsOf({ notes, failure, result, ...plain }: TaskPatch): Updateable<TasksTable> {
  const columns: Updateable<TasksTable> = { ...plain };
  if (notes !== undefined) columns.notes = jsonText(notes);
  if (failure !== undefined) columns.failure = writeFailure(failure);
  if (result !== undefined) columns.result = writeResult(result);
  return columns;
}

const writeResult = (result: TaskResultResource | null): string | null =>
  result === null ? null : jsonText(toWire(TaskResult, result));

export interface StatusChange {
  readonly id: TaskId;
  readonly status: TaskStatusName;
}

/** Statuses that followed from another change, in one statement: what becomes ready gets its time, what ends too. */
export async function setTaskStatuses(
  transaction: OrgTransaction,
  changes: readonly StatusChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const ids = changes.map((change) => change.id);
  const statuses = changes.map((change) => change.status);
  const now = transaction.now;
  await transaction.query(
    (orgId) => sql`
      update tasks t set status = c.status,
        ready_at = case when c.status = 'ready' then ${now}::timestamptz else t.ready_at end,
        ended_at = case when c.status in ('completed', 'failed', 'cancelled') then ${now}::timestamptz else null end
      from unnest(${ids}::text[], ${statuses}::text[]) as c (id, status)
      where t.org_id = ${orgId} and t.id = c.id`,
  );
}

export interface BegunRun {
  readonly id: TaskId;
  readonly run: number;
  readonly attempt: number;
}

/** Marks tasks as running, each with a new run and attempt; a run counts its validation rounds from the first. */
export async function beginRun(
  transaction: OrgTransaction,
  ids: readonly TaskId[],
): Promise<BegunRun[]> {
  if (ids.length === 0) return [];
  return transaction.query<BegunRun>(
    (orgId) => sql`
      update tasks set status = 'running', run = run + 1, attempt = attempt + 1, validation_round = 0,
        not_before = null, failure = null,
        started_at = coalesce(started_at, ${transaction.now}::timestamptz), ended_at = null
      where org_id = ${orgId} and id = any(${[...ids]}::text[])
      returning id, run, attempt`,
  );
}
