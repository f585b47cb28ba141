import type { AgentId, EventId, EventType, SpecId, TaskId } from "@aomori/contract";
import { sql } from "kysely";
import type { Selectable } from "kysely";

import type { OrgScope } from "../scope.ts";
import type { EventsTable } from "../tables.ts";
import type { StoredEvent } from "../closing-statement.ts";

export interface EventFilter {
  readonly specId?: SpecId | undefined;
  readonly taskId?: TaskId | undefined;
  readonly agentId?: AgentId | undefined;
  /** Event types; `task.*` takes every type of a noun. All when absent or empty. */
  readonly types?: readonly string[] | undefined;
}

export interface ReadEvents extends EventFilter {
  /** Events behind this `seq`. */
  readonly after: number;
  readonly limit: number;
}

/** Events in the order they were committed, in their wire shape. */
export async function readEvents(
  scope: OrgScope,
  { after, limit, specId, taskId, agentId, types }: ReadEvents,
): Promise<StoredEvent[]> {
  let query = scope.select("events").selectAll().where("seq", ">", after);
  if (specId !== undefined) query = query.where("specId", "=", specId);
  if (taskId !== undefined) query = query.where("taskId", "=", taskId);
  if (agentId !== undefined) {
    // An agent's events are among those of its task, for which there is an index.
    const task = scope.select("agents").select("taskId").where("id", "=", agentId);
    query = query.where("taskId", "=", task).where("agentId", "=", agentId);
  }
  if (types !== undefined && types.length > 0) {
    const nouns = types.filter((type) => type.endsWith(".*")).map((type) => type.slice(0, -2));
    const names = types.filter((type) => !type.endsWith(".*"));
    query = query.where(
      sql<boolean>`(type = any(${names}) or split_part(type, '.', 1) = any(${nouns}))`,
    );
  }
  const rows = await query.orderBy("seq").limit(limit).execute();
  return rows.map(readEvent);
}

/** Whether an event passes a filter, for those that come from the feed and not from the table. */
export function matchesFilter(event: StoredEvent, filter: EventFilter): boolean {
  const { specId, taskId, agentId, types } = filter;
  if (specId !== undefined && event.spec_id !== specId) return false;
  if (taskId !== undefined && event.task_id !== taskId) return false;
  if (agentId !== undefined && event.agent_id !== agentId) return false;
  if (types === undefined || types.length === 0) return true;
  return types.some((type) =>
    type.endsWith(".*") ? event.type.startsWith(type.slice(0, -1)) : event.type === type,
  );
}

/** Which of these types a task's events told last; `undefined` when none has been told of it. */
export async function newestEventType<Type extends EventType>(
  scope: OrgScope,
  taskId: TaskId,
  types: readonly Type[],
): Promise<Type | undefined> {
  const row = await scope
    .select("events")
    .select("type")
    .where("taskId", "=", taskId)
    .where(sql<boolean>`type = any(${[...types]}::text[])`)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return types.find((type) => type === row?.type);
}

/** Which of these events are stored. Reads every event: nothing else asks by id, so no index is kept for it. */
export async function storedEvents(
  scope: OrgScope,
  ids: readonly EventId[],
): Promise<ReadonlySet<string>> {
  const rows = await scope
    .select("events")
    .select("id")
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The organisation's newest `seq`; 0 before its first event. */
export async function lastEventSeq(scope: OrgScope): Promise<number> {
  const [row] = await scope.query<{ eventSeq: number }>(
    (orgId) => sql`select event_seq from organizations where id = ${orgId}`,
  );
  return row?.eventSeq ?? 0;
}

function readEvent(row: Selectable<EventsTable>): StoredEvent {
  const { projectId, specId, ticketId, taskId, agentId } = row;
  return {
    id: row.id,
    seq: row.seq,
    at: row.at,
    v: 1,
    org_id: row.orgId,
    ...(projectId === null ? {} : { project_id: projectId }),
    ...(specId === null ? {} : { spec_id: specId }),
    ...(ticketId === null ? {} : { ticket_id: ticketId }),
    ...(taskId === null ? {} : { task_id: taskId }),
    ...(agentId === null ? {} : { agent_id: agentId }),
    summary: row.summary,
    type: row.type,
    data: row.data,
  };
}
