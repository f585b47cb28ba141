import { sql } from "kysely";

import { jsonText } from "../json-text.ts";
import type { OrgTransaction } from "../transaction.ts";

export interface IdempotencyClaimName {
  readonly operation: string;
  /** As the caller sent it. */
  readonly key: string;
}

/** HTTP's "processing": the effect is committed, the answer is not. */
export const carriedOut = 102;

/**
 * Notes, in the transaction that changes something for a claimed request, that it did: should the answer get lost,
 * the key is not free for a second change. `effect` says for people what was done.
 */
export function markCarriedOut(
  transaction: OrgTransaction,
  { operation, key }: IdempotencyClaimName,
  effect: string,
): void {
  const query = transaction
    .update("idempotencyKeys")
    .set({ status: carriedOut, response: jsonText(effect) })
    .where("operation", "=", operation)
    .where("key", "=", key)
    .where("status", "is", null)
    .returning("key");
  transaction.defer({
    rows: [`idempotency_keys ${operation} ${key}`],
    statement: sql`${query}`,
  });
}
