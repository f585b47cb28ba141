import type { SpecId, TaskId, TaskStatusName, TicketId, TicketResource } from "@aomori/contract";
import { sql } from "kysely";
import type { Selectable } from "kysely";

import { fragment } from "../fragment.ts";
import { numberCursor, pageOfRows } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import type { TicketsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { arrayValue } from "./array-value.ts";

export async function getTicket(
  scope: OrgScope,
  id: TicketId,
): Promise<TicketResource | undefined> {
  const row = await scope.select("tickets").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  const [ticket] = await withTasks(scope, [row]);
  return ticket;
}

export interface TicketFilter {
  readonly specId?: SpecId | undefined;
  readonly status?: TaskStatusName | undefined;
}

/** By number: upwards within a spec, otherwise the newest first. */
export async function listTickets(
  scope: OrgScope,
  { specId, status, limit, cursor }: TicketFilter & PageRequest,
): Promise<Page<TicketResource>> {
  const order = specId === undefined ? "desc" : "asc";
  let query = scope.select("tickets").selectAll();
  if (specId !== undefined) query = query.where("specId", "=", specId);
  if (status !== undefined) query = query.where("status", "=", status);
  const behind = numberCursor(cursor);
  if (behind !== undefined) query = query.where("number", order === "asc" ? ">" : "<", behind);
  const rows = await query
    .orderBy("number", order)
    .limit(limit + 1)
    .execute();
  const page = pageOfRows(rows, limit, { item: (row) => row, position: (row) => [row.number] });
  return { ...page, items: await withTasks(scope, page.items) };
}

/** Statuses derived from the tickets' tasks; sent with what comes next. */
export function setTicketStatuses(
  transaction: OrgTransaction,
  changes: readonly { readonly id: TicketId; readonly status: TaskStatusName }[],
): void {
  if (changes.length === 0) return;
  const ids = changes.map((change) => change.id);
  const statuses = changes.map((change) => change.status);
  transaction.defer({
    rows: ids.map((id) => `tickets ${id}`),
    statement: fragment`
      update tickets t set status = c.status
      from unnest(${arrayValue(ids, "text")}, ${arrayValue(statuses, "text")}) as c (id, status)
      where t.org_id = ${transaction.orgId} and t.id = c.id returning t.id`,
  });
}

async function withTasks(
  scope: OrgScope,
  rows: readonly Selectable<TicketsTable>[],
): Promise<TicketResource[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const tasks = await scope
    .select("tasks")
    .select(["id", "ticketId"])
    .where(sql<boolean>`ticket_id = any(${ids}::text[])`)
    .orderBy("number")
    .execute();
  const byTicket = new Map<TicketId, TaskId[]>(ids.map((id) => [id, []]));
  for (const { id, ticketId } of tasks) {
    if (ticketId !== null) byTicket.get(ticketId)?.push(id);
  }
  return rows.map(({ orgId: _o, number: _n, localId: _l, ...row }) => ({
    ...row,
    taskIds: byTicket.get(row.id) ?? [],
  }));
}
