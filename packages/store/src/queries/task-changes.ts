import { TaskResult, toWire } from "@aomori/contract";
import type {
  AgentId,
  FailureResource,
  TaskId,
  TaskResultResource,
  TaskStatusName,
} from "@aomori/contract";
import type { Updateable } from "kysely";

import { writeFailure } from "../documents.ts";
import { assignments, fragment } from "../fragment.ts";
import { jsonText } from "../json-text.ts";
import type { TasksTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { arrayValue } from "./array-value.ts";
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

/** Changes a task; sent with what comes next. */
export function updateTask(transaction: OrgTransaction, id: TaskId, patch: TaskPatch): void {
  transaction.defer({
    rows: [`tasks ${id}`],
    statement: fragment`
      update tasks set ${assignments(columnsOf(patch))}
      where org_id = ${transaction.orgId} and id = ${id} returning id`,
  });
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

/** Statuses that followed from another change: what becomes ready gets its time, what ends too. Sent with what comes next. */
export function setTaskStatuses(
  transaction: OrgTransaction,
  changes: readonly StatusChange[],
  at: string = transaction.now,
): void {
  if (changes.length === 0) return;
  const ids = changes.map((change) => change.id);
  const statuses = changes.map((change) => change.status);
  transaction.defer({
    rows: ids.map((id) => `tasks ${id}`),
    statement: fragment`
      update tasks t set status = c.status,
        ready_at = case when c.status = 'ready' then ${at}::timestamptz else t.ready_at end,
        ended_at = case when c.status in ('completed', 'failed', 'cancelled') then ${at}::timestamptz else null end
      from unnest(${arrayValue(ids, "text")}, ${arrayValue(statuses, "text")}) as c (id, status)
      where t.org_id = ${transaction.orgId} and t.id = c.id returning t.id`,
  });
}

export interface BegunRun {
  readonly id: TaskId;
  readonly run: number;
  readonly attempt: number;
}

/** Marks tasks as running; a run counts its validation rounds from the first. Sent with what comes next. */
export function beginRuns(
  transaction: OrgTransaction,
  begun: readonly BegunRun[],
  at: string = transaction.now,
): void {
  if (begun.length === 0) return;
  const ids = begun.map(({ id }) => id);
  const runs = begun.map(({ run }) => run);
  const attempts = begun.map(({ attempt }) => attempt);
  transaction.defer({
    rows: ids.map((id) => `tasks ${id}`),
    statement: fragment`
      update tasks t set status = 'running', run = c.run, attempt = c.attempt, validation_round = 0,
        not_before = null, failure = null,
        started_at = coalesce(t.started_at, ${at}::timestamptz), ended_at = null
      from unnest(${arrayValue(ids, "text")}, ${arrayValue(runs, "int")}, ${arrayValue(attempts, "int")}) as c (id, run, attempt)
      where t.org_id = ${transaction.orgId} and t.id = c.id returning t.id`,
  });
}
