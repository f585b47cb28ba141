import { fragment } from "../fragment.ts";
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
  transaction.defer({
    rows: [`idempotency_keys ${operation} ${key}`],
    statement: fragment`
      update idempotency_keys set status = ${carriedOut}, response = ${jsonText(effect)}
      where org_id = ${transaction.orgId} and operation = ${operation} and key = ${key} and status is null
      returning key`,
  });
}
