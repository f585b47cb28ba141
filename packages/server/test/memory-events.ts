import { newEventId } from "@aomori/contract";
import type { EventType, OrgId, SpecId } from "@aomori/contract";
import type { EventFilter, EventRecord, EventSource } from "@aomori/server";

/** Says the same as the server's own filter, written apart from it. */
function wants(filter: EventFilter, event: EventRecord): boolean {
  const { specId, taskId, agentId, types } = filter;
  return (
    (specId ?? event.spec_id) === event.spec_id &&
    (taskId ?? event.task_id) === event.task_id &&
    (agentId ?? event.agent_id) === event.agent_id &&
    (types ?? ["*"]).some((type) => event.type.startsWith(type.replace(/\*$/, "")))
  );
}

export interface NewEvent {
  readonly type: EventType;
  readonly specId?: SpecId;
  readonly taskId?: `TSK-${string}`;
  readonly summary?: string;
  readonly data?: EventRecord["data"];
}

/** An append-only log per organisation, as a store would keep it; `delayMs` makes reads slow. */
export class MemoryEvents implements EventSource {
  readonly #logs = new Map<OrgId, EventRecord[]>();
  readonly #wakes = new Map<OrgId, Set<() => void>>();
  delayMs = 0;
  failing: Error | undefined;

  #log(orgId: OrgId): EventRecord[] {
    const log = this.#logs.get(orgId) ?? [];
    this.#logs.set(orgId, log);
    return log;
  }

  append(orgId: OrgId, event: NewEvent): EventRecord {
    const log = this.#log(orgId);
    const record: EventRecord = {
      id: newEventId(Date.now(), (length) => crypto.getRandomValues(new Uint8Array(length))),
      seq: log.length + 1,
      at: new Date().toISOString(),
      v: 1,
      org_id: orgId,
      ...(event.specId === undefined ? {} : { spec_id: event.specId }),
      ...(event.taskId === undefined ? {} : { task_id: event.taskId }),
      type: event.type,
      summary: event.summary ?? event.type,
      data: event.data ?? {},
    };
    log.push(record);
    for (const wake of this.#wakes.get(orgId) ?? []) wake();
    return record;
  }

  listeners(orgId: OrgId): number {
    return this.#wakes.get(orgId)?.size ?? 0;
  }

  newestSeq(orgId: OrgId): Promise<number> {
    return Promise.resolve(this.#log(orgId).length);
  }

  async read(
    orgId: OrgId,
    { after, filter, limit }: Parameters<EventSource["read"]>[1],
  ): Promise<readonly EventRecord[]> {
    if (this.failing !== undefined) throw this.failing;
    const snapshot = this.#log(orgId).slice(after);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    return snapshot.filter((event) => wants(filter, event)).slice(0, limit);
  }

  subscribe(orgId: OrgId, wake: () => void): () => void {
    const wakes = this.#wakes.get(orgId) ?? new Set();
    this.#wakes.set(orgId, wakes);
    wakes.add(wake);
    return () => wakes.delete(wake);
  }
}
