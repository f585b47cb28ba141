import { isoTime } from "../clock.ts";
import { jsonText } from "../json-text.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";
import type { JsonValue } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { carriedOut } from "./carried-out.ts";
import type { IdempotencyClaimName } from "./carried-out.ts";

export interface IdempotentRequest extends IdempotencyClaimName {
  /** Of the request's own fields: the same key for another request is refused. */
  readonly requestHash: Uint8Array;
}

export type IdempotentStart =
  /** Nobody has used the key: go on, and end with `finishIdempotent` or `releaseIdempotent`. */
  | { readonly kind: "first" }
  | { readonly kind: "answered"; readonly status: number; readonly response: JsonValue }
  | { readonly kind: "running" }
  /** It was carried out; whoever did it has not stored an answer. */
  | { readonly kind: "unanswered"; readonly effect: string }
  | { readonly kind: "other_request" };

/** Claims an idempotency key. A claim that was never answered is taken over after `abandonedAfterMs`. */
export async function startIdempotent(
  transaction: OrgTransaction,
  { operation, key, requestHash }: IdempotentRequest,
  { abandonedAfterMs }: { readonly abandonedAfterMs: number },
): Promise<IdempotentStart> {
  const abandoned = isoTime(transaction.nowMs - abandonedAfterMs);
  const claimed = await transaction
    .insert("idempotencyKeys", {
      operation,
      key,
      requestHash: Buffer.from(requestHash),
      status: null,
      response: null,
      createdAt: transaction.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["orgId", "operation", "key"])
        .doUpdateSet({ createdAt: transaction.now, requestHash: Buffer.from(requestHash) })
        .where("idempotencyKeys.status", "is", null)
        .where("idempotencyKeys.createdAt", "<", abandoned),
    )
    .returning("key")
    .executeTakeFirst();
  if (claimed !== undefined) return { kind: "first" };
  const found = await transaction
    .select("idempotencyKeys")
    .select(["requestHash", "status", "response"])
    .where("operation", "=", operation)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (!found.requestHash.equals(requestHash)) return { kind: "other_request" };
  if (found.status === null) return { kind: "running" };
  if (found.status === carriedOut) {
    return { kind: "unanswered", effect: typeof found.response === "string" ? found.response : "" };
  }
  return { kind: "answered", status: found.status, response: found.response };
}

/** Keeps the answer, for those who ask again. */
export async function finishIdempotent(
  transaction: OrgTransaction,
  { operation, key }: IdempotencyClaimName,
  answer: { readonly status: number; readonly response: unknown },
): Promise<void> {
  await transaction
    .update("idempotencyKeys")
    .set({ status: answer.status, response: jsonText(answer.response ?? null) })
    .where("operation", "=", operation)
    .where("key", "=", key)
    .execute();
}

/** Gives a claim back, unless what it was for has happened. */
export async function releaseIdempotent(
  transaction: OrgTransaction,
  { operation, key }: IdempotencyClaimName,
): Promise<void> {
  await transaction
    .delete("idempotencyKeys")
    .where("operation", "=", operation)
    .where("key", "=", key)
    .where("status", "is", null)
    .execute();
}

/** Forgets the keys of every organisation that are older than `olderThanMs`. */
export async function allOrganizationsForgetKeys(
  store: Store,
  { olderThanMs }: { readonly olderThanMs: number },
): Promise<void> {
  await databaseOf(store)
    .deleteFrom("idempotencyKeys")
    .where("createdAt", "<", isoTime(store.clock.now() - olderThanMs))
    .execute();
}
