import { newEventId, eventData, toWire } from "@aomori/contract";
import type {
  AgentId,
  AomoriEvent,
  Event,
  EventId,
  EventType,
  OrgId,
  ProjectId,
  RandomBytes,
  SpecId,
  TaskId,
  TicketId,
  WorkerId,
} from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";
import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";

import type { Clock } from "./clock.ts";
import { jsonText } from "./json-text.ts";
import { OrgScope } from "./scope.ts";
import type { Tables, WireOf } from "./tables.ts";

/** An event in its wire shape, as it is stored and streamed. */
export type StoredEvent = WireOf<typeof Event>;

/** What a transaction tells: the rest of the envelope is the store's. */
export interface NewEvent<Type extends EventType = EventType> {
  readonly type: Type;
  /** One line for people. */
  readonly summary: string;
  readonly data: AomoriEvent<Type>["data"];
  readonly projectId?: ProjectId | null;
  readonly specId?: SpecId | null;
  readonly ticketId?: TicketId | null;
  readonly taskId?: TaskId | null;
  readonly agentId?: AgentId | null;
}

interface EventDraft {
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

export interface TransactionOptions {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly fence?: Fence | undefined;
}

/** The name and fence of the worker that writes; when another process has taken the name, the write is refused. */
export interface Fence {
  readonly id: WorkerId;
  readonly fence: number;
  /** Called before LEASE_LOST is thrown. */
  readonly onLost: () => void;
}

/** An open transaction of one organisation: its rows, and the events that tell of the changes. */
export class OrgTransaction extends OrgScope {
  readonly randomBytes: RandomBytes;
  readonly #fence: Fence | undefined;
  readonly #drafts: EventDraft[] = [];

  constructor(db: Kysely<Tables>, orgId: OrgId, options: TransactionOptions) {
    super(db, orgId, options.clock);
    this.randomBytes = options.randomBytes;
    this.#fence = options.fence;
  }

  /** Adds an event; it is written, with its `seq`, just before the commit, in the order of these calls. */
  emit<Type extends EventType>(event: NewEvent<Type>): void {
    const schema: Parameters<typeof toWire>[0] = eventData[event.type];
    const data = toWire(schema, event.data);
    const atMs = this.nowMs;
    this.#drafts.push({
      id: newEventId(atMs, this.randomBytes),
      at: new Date(atMs).toISOString(),
      type: event.type,
      v: 1,
      project_id: event.projectId ?? null,
      spec_id: event.specId ?? null,
      ticket_id: event.ticketId ?? null,
      task_id: event.taskId ?? null,
      agent_id: event.agentId ?? null,
      summary: event.summary,
      data: isObject(data) ? data : {},
    });
  }

  /** What the first event tells; `undefined` when nothing was changed that one would tell of. */
  get firstSummary(): string | undefined {
    const first = this.#drafts[0];
    return first === undefined ? undefined : `${first.type}: ${first.summary}`;
  }

  /**
   * Writes the events in one statement. From here to the commit the organisation's row is locked, which is what makes
   * commit order `seq` order; so nothing comes between. Throws LEASE_LOST. Called by the store only.
   */
  async appendEvents(backend: "pglite" | "postgres"): Promise<StoredEvent[]> {
    const drafts = this.#drafts;
    if (drafts.length === 0) {
      // A data directory has one process anyway, by its lock.
      if (backend === "postgres") await this.#checkFence();
      return [];
    }
    const rows = await this.query((orgId) =>
      insertEvents(orgId, {
        drafts: jsonText(drafts),
        count: drafts.length,
        notify: backend === "postgres",
        fence: this.#fence,
      }),
    );
    const first = rows[0]?.firstSeq;
    if (first === undefined) {
      await this.#checkFence();
      throw new Error(`organisation ${this.orgId} does not exist`);
    }
    return drafts.map((draft, index) => storedEvent(this.orgId, first + index, draft));
  }

  async #checkFence(): Promise<void> {
    const fence = this.#fence;
    if (fence === undefined) return;
    const [held] = await this.query<{ held: boolean }>(() => sql`select ${holds(fence)} as held`);
    if (held?.held === true) return;
    fence.onLost();
    throw new TerminalError(
      "conflict",
      "LEASE_LOST",
      "another process has taken this store over, so this one writes nothing more; its work goes on there",
    );
  }
}

/** Share-locked until the commit: whoever takes the name over waits for it. */
const holds = ({ id, fence }: Fence): RawBuilder<boolean> =>
  sql`exists (select 1 from workers where id = ${id} and fence = ${fence}::bigint for share)`;

const isObject = (value: unknown): value is StoredEvent["data"] =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface EventInsert {
  readonly drafts: string;
  readonly count: number;
  readonly notify: boolean;
  readonly fence: Fence | undefined;
}

function insertEvents(
  orgId: OrgId,
  { drafts, count, notify, fence }: EventInsert,
): RawBuilder<{ firstSeq: number }> {
  const wake = notify
    ? sql`, pg_notify('aomori_events', ${orgId}::text || ' ' || counter.event_seq)`
    : sql``;
  const fenced = fence === undefined ? sql`` : sql` and ${holds(fence)}`;
  return sql<{ firstSeq: number }>`
    with counter as (
      update organizations set event_seq = event_seq + ${count}::int
      where id = ${orgId}${fenced} returning event_seq
    ), added as (
      insert into events (org_id, seq, id, at, type, v, project_id, spec_id, ticket_id, task_id, agent_id, summary, data)
      select ${orgId}, counter.event_seq - ${count}::int + e.position, e.draft->>'id', (e.draft->>'at')::timestamptz,
        e.draft->>'type', (e.draft->>'v')::int, e.draft->>'project_id', e.draft->>'spec_id', e.draft->>'ticket_id',
        e.draft->>'task_id', e.draft->>'agent_id', e.draft->>'summary', e.draft->'data'
      from counter, jsonb_array_elements(${drafts}::jsonb) with ordinality as e (draft, position)
    )
    select counter.event_seq - ${count}::int + 1 as first_seq ${wake} from counter`;
}

function storedEvent(orgId: OrgId, seq: number, draft: EventDraft): StoredEvent {
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
