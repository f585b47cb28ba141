import type {
  Event,
  EventId,
  EventType,
  OrgId,
  ProjectId,
  SpecId,
  TaskId,
  TicketId,
  AgentId,
  WorkerId,
} from "@aomori/contract";
import { sql } from "kysely";
import type { RawBuilder } from "kysely";

import { jsonText } from "./json-text.ts";
import type { WireOf } from "./tables.ts";

/** An event in its wire shape, as it is stored and streamed. */
export type StoredEvent = WireOf<typeof Event>;

export interface EventDraft {
  readonly id: EventId;
  readonly at: string;
  readonly type: EventType;
  readonly v: 1;
  readonly project_id: ProjectId | null;
  readonly spec_id: SpecId | null;
  readonly ticket_id: TicketId | null;
  readonly task_id: TaskId | null;
  readonly agent_id: AgentId | null;
  readonly summary: string;
  readonly data: StoredEvent["data"];
}

/** The name and fence of the worker that writes; when another process has taken the name, the write is refused. */
export interface Fence {
  readonly id: WorkerId;
  readonly fence: number;
  /** Called before LEASE_LOST is thrown. */
  readonly onLost: () => void;
}

/** A change whose result nobody waits for. */
export interface DeferredWrite {
  /** What it changes, by table and id. */
  readonly rows: readonly string[];
  /** What `statement` reads by name, its own changes among them; names that no other write uses. */
  readonly parts?: readonly (readonly [name: string, part: RawBuilder<unknown>])[];
  /** Ends in `returning`, so that what stands beside it in one statement can wait for it. */
  readonly statement: RawBuilder<unknown>;
}

const partsOf = ({ parts = [] }: DeferredWrite): RawBuilder<unknown>[] =>
  parts.map(([name, part]) => sql`${sql.raw(name)} as (${part})`);

/** A write by itself. */
export function singleStatement(write: DeferredWrite): RawBuilder<unknown> {
  const parts = partsOf(write);
  return parts.length === 0 ? write.statement : sql`with ${sql.join(parts)} ${write.statement}`;
}

/** Share-locked until the commit: whoever takes the name over waits for it. */
export const holds = ({ id, fence }: Fence): RawBuilder<boolean> =>
  sql`exists (select 1 from workers where id = ${id} and fence = ${fence}::bigint for share)`;

export interface Closing {
  readonly orgId: OrgId;
  /** No two change one row. */
  readonly writes: readonly DeferredWrite[];
  /** Not empty. */
  readonly drafts: readonly EventDraft[];
  readonly notify: boolean;
  readonly fence: Fence | undefined;
}

/**
 * The last statement of a transaction: the changes that were put off, then the events. From the moment it has counted
 * the events up to the commit the organisation's row is locked, which is what makes commit order `seq` order; so the
 * changes come first. Answers with `firstSeq`; divides by zero where the fence or the organisation is gone.
 */
export function closingStatement({
  orgId,
  writes,
  drafts,
  notify,
  fence,
}: Closing): RawBuilder<unknown> {
  const names = writes.map((_, index) => sql.raw(`change_${index}`));
  const changes = writes.flatMap((write, index) => [
    ...partsOf(write),
    sql`${names[index]} as (${write.statement})`,
  ]);
  const made = names.map((name) => sql` and (select count(*) from ${name}) >= 0`);
  const fenced = fence === undefined ? sql`` : sql` and ${holds(fence)}`;
  const wake = notify
    ? sql`, pg_notify('aomori_events', ${orgId}::text || ' ' || min(event_seq))`
    : sql``;
  const count = sql`${drafts.length}::int`;
  const counter = sql`counter as (
    update organizations set event_seq = event_seq + ${count}
    where id = ${orgId}${sql.join(made, sql``)}${fenced} returning event_seq)`;
  return sql`
    with ${sql.join([...changes, counter])}, added as (
      insert into events (org_id, seq, id, at, type, v, project_id, spec_id, ticket_id, task_id, agent_id, summary, data)
      select ${orgId}, counter.event_seq - ${count} + e.position, e.draft->>'id', (e.draft->>'at')::timestamptz,
        e.draft->>'type', (e.draft->>'v')::int, e.draft->>'project_id', e.draft->>'spec_id', e.draft->>'ticket_id',
        e.draft->>'task_id', e.draft->>'agent_id', e.draft->>'summary', e.draft->'data'
      from counter, jsonb_array_elements(${jsonText(drafts)}::jsonb) with ordinality as e (draft, position)
    )
    select min(event_seq) - ${count} + 1 as first_seq, 1 / count(*) as allowed${wake} from counter`;
}

/** How the database reports that a closing statement was not allowed: division_by_zero (PostgreSQL, appendix A). */
export const notAllowed = "22012";

export function storedEvent(orgId: OrgId, seq: number, draft: EventDraft): StoredEvent {
  const { id, at, type, v, project_id, spec_id, ticket_id, task_id, agent_id, summary, data } =
    draft;
  return {
    id,
    seq,
    at,
    v,
    org_id: orgId,
    ...(project_id === null ? {} : { project_id }),
    ...(spec_id === null ? {} : { spec_id }),
    ...(ticket_id === null ? {} : { ticket_id }),
    ...(task_id === null ? {} : { task_id }),
    ...(agent_id === null ? {} : { agent_id }),
    summary,
    type,
    data,
  };
}
