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

import type { Backend } from "./backend.ts";
import { fragment, joined, verbatim } from "./fragment.ts";
import type { Fragment } from "./fragment.ts";
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
  readonly parts?: readonly (readonly [name: string, part: Fragment])[];
  /** Ends in `returning`, so that what stands beside it in one statement can wait for it. */
  readonly statement: Fragment;
}

const partsOf = ({ parts = [] }: DeferredWrite): Fragment[] =>
  parts.map(([name, part]) => fragment`${verbatim(name)} as (${part})`);

/** A write by itself. */
export function singleStatement(write: DeferredWrite): Fragment {
  const parts = partsOf(write);
  return parts.length === 0 ? write.statement : fragment`with ${joined(parts)} ${write.statement}`;
}

/**
 * Whether the worker's name is still its own. Share-locked until the commit, so that whoever takes the name over waits for
 * it; PGlite has one session, and nobody comes between.
 */
export const holds = ({ id, fence }: Fence, backend: Backend["kind"]): Fragment =>
  fragment`exists (select 1 from workers where id = ${id} and fence = ${fence}::bigint${verbatim(backend === "postgres" ? " for share" : "")})`;

export interface Closing {
  readonly orgId: OrgId;
  /** No two change one row. */
  readonly writes: readonly DeferredWrite[];
  /** Not empty. */
  readonly drafts: readonly EventDraft[];
  readonly backend: Backend["kind"];
  readonly fence: Fence | undefined;
}

/**
 * The last statement of a transaction: the changes that were put off, then the events. From the moment it has counted
 * the events up to the commit the organisation's row is locked, which is what makes commit order `seq` order; so the
 * changes come first where others could wait for it. Answers with `firstSeq`; divides by zero where the fence or the
 * organisation is gone.
 */
export function closingStatement({ orgId, writes, drafts, backend, fence }: Closing): Fragment {
  const named = writes.map((write, index) => ({ write, name: verbatim(`change_${index}`) }));
  const changes = named.flatMap(({ write, name }) => [
    ...partsOf(write),
    fragment`${name} as (${write.statement})`,
  ]);
  const isShared = backend === "postgres";
  const first = isShared ? named : [];
  const made = first.map(({ name }) => fragment` and (select count(*) from ${name}) >= 0`);
  const fenced = fence === undefined ? fragment`` : fragment` and ${holds(fence, backend)}`;
  const wake = isShared
    ? fragment`, pg_notify('aomori_events', ${orgId}::text || ' ' || min(event_seq))`
    : fragment``;
  const count = fragment`${drafts.length}::int`;
  const counter = fragment`counter as (
    update organizations set event_seq = event_seq + ${count}
    where id = ${orgId}${joined(made, "")}${fenced} returning event_seq)`;
  return fragment`
    with ${joined([...changes, counter])}, added as (
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
