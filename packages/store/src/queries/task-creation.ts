import { discoveryId, taskId, ticketId } from "@aomori/contract";
import type { DiscoveryId, SpecId, TaskId, TaskStatusName, TicketId } from "@aomori/contract";
import { sql } from "kysely";

import { jsonText } from "../json-text.ts";
import type { OrgTransaction } from "../transaction.ts";
import { insertEdges } from "./edges.ts";
import { readTaskRow, taskColumns } from "./task-row.ts";
import type { TaskRow } from "./task-row.ts";

export interface Reservation {
  readonly tasks?: number;
  readonly tickets?: number;
  readonly discoveries?: number;
}

/** The next numbers of the organisation, for good: those of a transaction that fails are not given back to others meanwhile. */
export async function reserveNumbers(
  transaction: OrgTransaction,
  { tasks = 0, tickets = 0, discoveries = 0 }: Reservation,
): Promise<{ tasks: TaskId[]; tickets: TicketId[]; discoveries: DiscoveryId[] }> {
  const [last] = await transaction.query<{ task: number; ticket: number; discovery: number }>(
    (orgId) => sql`
      update organizations set task_number = task_number + ${tasks}::int,
        ticket_number = ticket_number + ${tickets}::int,
        discovery_number = discovery_number + ${discoveries}::int
      where id = ${orgId}
      returning task_number as task, ticket_number as ticket, discovery_number as discovery`,
  );
  if (last === undefined) throw new Error(`organisation ${transaction.orgId} does not exist`);
  const upTo = (end: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => end - count + 1 + index);
  return {
    tasks: upTo(last.task, tasks).map(taskId),
    tickets: upTo(last.ticket, tickets).map(ticketId),
    discoveries: upTo(last.discovery, discoveries).map(discoveryId),
  };
}

/** The number in `TSK-042`. */
export const numberOf = (id: TaskId | TicketId | DiscoveryId): number =>
  Number(id.slice(id.indexOf("-") + 1));

export interface NewTicket {
  readonly id: TicketId;
  readonly specId: SpecId;
  readonly localId: string;
  readonly title: string;
  readonly description: string;
  readonly priority: string;
  readonly requirements: readonly string[];
  readonly acceptanceCriteria: readonly string[];
}

export async function insertTickets(
  transaction: OrgTransaction,
  tickets: readonly NewTicket[],
): Promise<void> {
  if (tickets.length === 0) return;
  const rows = tickets.map((ticket) => ({
    id: ticket.id,
    number: numberOf(ticket.id),
    spec_id: ticket.specId,
    local_id: ticket.localId,
    title: ticket.title,
    description: ticket.description,
    priority: ticket.priority,
    requirements: ticket.requirements,
    acceptance_criteria: ticket.acceptanceCriteria,
  }));
  await transaction.query(
    (orgId) => sql`
      insert into tickets (org_id, id, number, spec_id, local_id, title, description, priority, status, requirements,
        acceptance_criteria, created_at)
      select ${orgId}, id, number, spec_id, local_id, title, description, priority, 'pending', requirements,
        acceptance_criteria, ${transaction.now}::timestamptz
      from jsonb_populate_recordset(null::tickets, ${jsonText(rows)}::jsonb)`,
  );
}

export interface NewTask extends Pick<
  TaskRow,
  | "id"
  | "specId"
  | "ticketId"
  | "localId"
  | "originKey"
  | "title"
  | "description"
  | "kind"
  | "executionMode"
  | "priority"
  | "estimatedHours"
> {
  readonly mendsTask?: TaskId | null;
  readonly mendsCommit?: string | null;
  readonly ownedFiles: readonly string[];
  readonly requirements: readonly string[];
  readonly acceptanceCriteria: readonly string[];
  readonly notes: readonly string[];
  readonly dependsOn: readonly TaskId[];
  /** `ready` when it depends on nothing, otherwise `pending`, where it is absent. */
  readonly status?: TaskStatusName;
}

/** Adds tasks and the edges to what they depend on; gives back their rows by number. */
export async function insertTasks(
  transaction: OrgTransaction,
  tasks: readonly NewTask[],
): Promise<TaskRow[]> {
  if (tasks.length === 0) return [];
  const rows = jsonText(tasks.map((task) => taskRecord(task, transaction.now)));
  await transaction.query(
    (orgId) => sql`
      insert into tasks (org_id, id, number, spec_id, ticket_id, local_id, origin_key, mends_task, mends_commit, title,
        description, kind, execution_mode, status, priority, estimated_hours, owned_files, requirements,
        acceptance_criteria, notes, created_at, ready_at)
      select ${orgId}, id, number, spec_id, ticket_id, local_id, origin_key, mends_task, mends_commit, title,
        description, kind, execution_mode, status, priority, estimated_hours, owned_files, requirements,
        acceptance_criteria, notes, created_at, ready_at
      from jsonb_populate_recordset(null::tasks, ${rows}::jsonb)`,
  );
  for (const specId of new Set(tasks.map((task) => task.specId))) {
    const own = tasks.filter((task) => task.specId === specId);
    const edges = own.flatMap((task) => task.dependsOn.map((from) => ({ from, to: task.id })));
    await insertEdges(transaction, specId, edges);
  }
  const ids = tasks.map((task) => task.id);
  const added = await transaction
    .select("tasks")
    .select(taskColumns)
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .orderBy("number")
    .execute();
  return added.map(readTaskRow);
}

/** The columns of a new row, in the database's names. */
function taskRecord(task: NewTask, now: string): Record<string, unknown> {
  const status = task.status ?? (task.dependsOn.length === 0 ? "ready" : "pending");
  return {
    id: task.id,
    number: numberOf(task.id),
    spec_id: task.specId,
    ticket_id: task.ticketId,
    local_id: task.localId,
    origin_key: task.originKey,
    mends_task: task.mendsTask ?? null,
    mends_commit: task.mendsCommit ?? null,
    title: task.title,
    description: task.description,
    kind: task.kind,
    execution_mode: task.executionMode,
    status,
    priority: task.priority,
    estimated_hours: task.estimatedHours,
    owned_files: task.ownedFiles,
    requirements: task.requirements,
    acceptance_criteria: task.acceptanceCriteria,
    notes: task.notes,
    created_at: now,
    ready_at: status === "ready" ? now : null,
  };
}
