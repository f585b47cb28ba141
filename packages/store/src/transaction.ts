import { newEventId, eventData, toWire } from "@aomori/contract";
import type {
  AgentId,
  AomoriEvent,
  EventType,
  OrgId,
  ProjectId,
  RandomBytes,
  SpecId,
  TaskId,
  TicketId,
} from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";

import type { Backend } from "./backend.ts";
import type { Clock } from "./clock.ts";
import {
  closingStatement,
  holds,
  notAllowed,
  singleStatement,
  storedEvent,
} from "./closing-statement.ts";
import type { DeferredWrite, EventDraft, Fence, StoredEvent } from "./closing-statement.ts";
import { fragment } from "./fragment.ts";
import { OrgScope } from "./scope.ts";
import type { SendResult, Session } from "./session.ts";
import { sqlStateOf } from "./sql-state.ts";

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

/** One that was written down elsewhere, in wire names. It belongs to nothing but the organisation. */
export type PastEvent = Pick<EventDraft, "id" | "at" | "type" | "summary" | "data">;

export interface TransactionOptions {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly fence?: Fence | undefined;
}

/** An open transaction of one organisation: its rows, and the events that tell of the changes. */
export class OrgTransaction extends OrgScope {
  readonly randomBytes: RandomBytes;
  readonly #session: Session;
  readonly #fence: Fence | undefined;
  readonly #drafts: EventDraft[] = [];
  /** Changes not sent yet, in groups in which no two change one row. */
  #deferred: DeferredWrite[][] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(session: Session, orgId: OrgId, options: TransactionOptions) {
    super(() => session.database, orgId, options.clock);
    this.randomBytes = options.randomBytes;
    this.#session = session;
    this.#fence = options.fence;
    session.before = () => this.#sendDeferred();
  }

  /** Adds an event that happened before this store could know of it, with the id and the time it has. */
  record({ id, at, type, summary, data }: PastEvent): void {
    this.#drafts.push({ id, at, type, v: 1, ...ofNothing, summary, data });
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
   * Makes a change whose result nobody waits for: it is sent before the next statement of this transaction, or in its
   * last one together with the events. What it violates is thrown there.
   */
  defer(write: DeferredWrite): void {
    const group = this.#deferred.at(-1);
    // Of two changes of one row in one statement only one would be made.
    const meets = group?.some((other) => touch(other, write));
    if (group === undefined || meets === true) this.#deferred.push([write]);
    else group.push(write);
  }

  /** Writes what is left, the events last, and commits. Throws LEASE_LOST. Called by the store only. */
  async commit(backend: Backend["kind"]): Promise<StoredEvent[]> {
    const drafts = this.#drafts;
    if (drafts.length === 0) {
      await this.#sendDeferred();
      // A data directory has one process anyway, by its lock.
      if (backend === "postgres") await this.#checkFence(backend);
      await this.#session.commit();
      return [];
    }
    const writes = this.#deferred.pop() ?? [];
    await this.#sendDeferred();
    const { text, values } = closingStatement({
      orgId: this.orgId,
      writes,
      drafts,
      backend,
      fence: this.#fence,
    }).compile();
    const { rows } = await this.#close(text, values, backend);
    const first = Number(rows[0]?.["firstSeq"]);
    return drafts.map((draft, index) => storedEvent(this.orgId, first + index, draft));
  }

  async #close(
    text: string,
    values: readonly unknown[],
    backend: Backend["kind"],
  ): Promise<SendResult> {
    try {
      return await this.#session.sendLast(text, values);
    } catch (error) {
      if (sqlStateOf(error) !== notAllowed) throw error;
      await this.#session.rollback();
      await this.#checkFence(backend);
      throw new Error(`organisation ${this.orgId} does not exist`, { cause: error });
    }
  }

  /** Whoever asks while it is under way waits for its end. */
  #sendDeferred(): Promise<void> {
    if (this.#deferred.length === 0) return this.#sending;
    const writes = this.#deferred.flat();
    this.#deferred = [];
    const before = this.#sending;
    this.#sending = (async () => {
      await before;
      for (const write of writes) {
        const { text, values } = singleStatement(write).compile();
        await this.#session.send(text, values);
      }
    })();
    return this.#sending;
  }

  async #checkFence(backend: Backend["kind"]): Promise<void> {
    const fence = this.#fence;
    if (fence === undefined) return;
    const { text, values } = fragment`select ${holds(fence, backend)} as held`.compile();
    const { rows } = await this.#session.send(text, values);
    if (rows[0]?.["held"] === true) return;
    fence.onLost();
    throw new TerminalError(
      "conflict",
      "LEASE_LOST",
      "another process has taken this store over, so this one writes nothing more; its work goes on there",
    );
  }
}

const touch = (one: DeferredWrite, other: DeferredWrite): boolean =>
  one.rows.some((row) => other.rows.includes(row)) ||
  (one.parts ?? []).some(([name]) => (other.parts ?? []).some(([known]) => known === name));

const ofNothing = {
  project_id: null,
  spec_id: null,
  ticket_id: null,
  task_id: null,
  agent_id: null,
} as const;

const isObject = (value: unknown): value is StoredEvent["data"] =>
  typeof value === "object" && value !== null && !Array.isArray(value);
