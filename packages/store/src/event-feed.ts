import type { OrgId } from "@aomori/contract";

import type { StoredEvent } from "./closing-statement.ts";

/** There are new events of an organisation, up to `lastSeq`. */
export interface CommitNotice {
  readonly orgId: OrgId;
  readonly lastSeq: number;
  /**
   * The newest events in order, ending at `lastSeq`; empty when another process wrote them. Who has not seen the one
   * before the first reads the table from where it stands.
   */
  readonly events: readonly StoredEvent[];
}

export type CommitListener = (notice: CommitNotice) => void;

/** Tells listeners of commits, on whatever process they were made. `lastSeq` only grows, per organisation. */
export interface EventFeed {
  /** The listener must not throw and should return at once. The result ends the subscription. */
  onCommit(listener: CommitListener): () => void;
}

/** What both stores share: the listeners, and the guard against notices that come twice or out of order. */
export class LocalFeed implements EventFeed {
  readonly #listeners = new Set<CommitListener>();
  readonly #lastSeq = new Map<OrgId, number>();

  onCommit(listener: CommitListener): () => void {
    const own: CommitListener = (notice) => listener(notice);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  announce(notice: CommitNotice): void {
    if (notice.lastSeq <= (this.#lastSeq.get(notice.orgId) ?? 0)) return;
    this.#lastSeq.set(notice.orgId, notice.lastSeq);
    for (const listener of this.#listeners) listener(notice);
  }
}
