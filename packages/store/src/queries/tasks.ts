import type {
  OrgId,
  SpecId,
  TaskId,
  TaskResource,
  TaskResultResource,
  TaskStatusName,
  TicketId,
} from "@aomori/contract";
import { sql } from "kysely";

import { numberCursor, pageOfRows } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";
import { readResult, readTaskRow, taskColumns, taskResource } from "./task-row.ts";
import type { TaskLinks, TaskRow } from "./task-row.ts";

export async function getTask(scope: OrgScope, id: TaskId): Promise<TaskResource | undefined> {
  const row = await scope
    .select("tasks")
    .select(taskColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const [task] = await withLinks(scope, [readTaskRow(row)]);
  return task;
}

/** The engine's view of a task. `lock` keeps other transactions off the row until this one ends. */
export async function findTaskRow(
  scope: OrgScope,
  id: TaskId,
  options: { readonly lock?: boolean } = {},
): Promise<TaskRow | undefined> {
  let query = scope.select("tasks").select(taskColumns).where("id", "=", id);
  if (options.lock === true) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : readTaskRow(row);
}

/** What the agents of these tasks said at their ends; a task without a result is left out. */
export async function listLastWords(
  scope: OrgScope,
  ids: readonly TaskId[],
): Promise<ReadonlyMap<TaskId, string>> {
  const rows = await scope
    .select("tasks")
    .select("id")
    .select(sql<string | null>`result->>'logs'`.as("lastWords"))
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute();
  return new Map(
    rows.flatMap(({ id, lastWords }) => (lastWords === null ? [] : [[id, lastWords] as const])),
  );
}

/** Every task of a spec, by number. */
export async function listTaskRows(scope: OrgScope, specId: SpecId): Promise<TaskRow[]> {
  const rows = await scope
    .select("tasks")
    .select(taskColumns)
    .where("specId", "=", specId)
    .orderBy("number")
    .execute();
  return rows.map(readTaskRow);
}

export interface TaskFilter {
  readonly specId?: SpecId | undefined;
  readonly ticketId?: TicketId | undefined;
  readonly status?: TaskStatusName | undefined;
}

/** By number: upwards within a spec or ticket, otherwise the newest first. */
export async function listTasks(
  scope: OrgScope,
  { specId, ticketId, status, limit, cursor }: TaskFilter & PageRequest,
): Promise<Page<TaskResource>> {
  const order = specId === undefined && ticketId === undefined ? "desc" : "asc";
  let query = scope.select("tasks").select(taskColumns);
  if (specId !== undefined) query = query.where("specId", "=", specId);
  if (ticketId !== undefined) query = query.where("ticketId", "=", ticketId);
  if (status !== undefined) query = query.where("status", "=", status);
  const behind = numberCursor(cursor);
  if (behind !== undefined) query = query.where("number", order === "asc" ? ">" : "<", behind);
  const rows = await query
    .orderBy("number", order)
    .limit(limit + 1)
    .execute();
  const page = pageOfRows(rows, limit, { item: readTaskRow, position: (row) => [row.number] });
  return { ...page, items: await withLinks(scope, page.items) };
}

async function withLinks(scope: OrgScope, rows: readonly TaskRow[]): Promise<TaskResource[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const edges = await scope.query<{ taskId: TaskId; dependsOn: TaskId }>(
    (orgId) => sql`
      select task_id, depends_on from (
        select task_id, depends_on from task_edges where org_id = ${orgId} and task_id = any(${ids}::text[])
        union
        select task_id, depends_on from task_edges where org_id = ${orgId} and depends_on = any(${ids}::text[])
      ) as e order by length(task_id), task_id, length(depends_on), depends_on`,
  );
  const links = new Map<TaskId, TaskLinks>(ids.map((id) => [id, { dependsOn: [], blocks: [] }]));
  for (const { taskId, dependsOn } of edges) {
    links.get(taskId)?.dependsOn.push(dependsOn);
    links.get(dependsOn)?.blocks.push(taskId);
  }
  return rows.map((row) => taskResource(row, links.get(row.id) ?? { dependsOn: [], blocks: [] }));
}

/** What a task brought; undefined when there is no such task, null when it has none yet. */
export async function getTaskResult(
  scope: OrgScope,
  id: TaskId,
): Promise<TaskResultResource | null | undefined> {
  const row = await scope.select("tasks").select("result").where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  return readResult(row.result);
}

export interface LiveTask {
  readonly orgId: OrgId;
  readonly id: TaskId;
  readonly specId: SpecId;
  readonly status: TaskStatusName;
  readonly run: number;
  readonly notBefore: string | null;
}

/**
 * Tasks that wait for a start or are under way, in every organisation; for recovery. Looked for in specs that are not
 * over: those of the others have ended too.
 */
export async function allOrganizationsLiveTasks(store: Store): Promise<LiveTask[]> {
  return databaseOf(store)
    .selectFrom("specs")
    .innerJoin("tasks", (join) =>
      join.onRef("tasks.orgId", "=", "specs.orgId").onRef("tasks.specId", "=", "specs.id"),
    )
    .select([
      "tasks.orgId",
      "tasks.id",
      "tasks.specId",
      "tasks.status",
      "tasks.run",
      "tasks.notBefore",
    ])
    .where("specs.status", "not in", ["completed", "cancelled"])
    .where("tasks.status", "in", ["ready", "running", "validating"])
    .orderBy("tasks.readyAt")
    .execute();
}
