import { createHash } from "node:crypto";

import { newId, scopes as everyScope } from "@aomori/contract";
import type {
  ApiKeyResource,
  CreatedApiKeyResource,
  IdentityResource,
  KeyId,
  OrgId,
  RandomBytes,
  ScopeName,
} from "@aomori/contract";
import { sql } from "kysely";

import { isoTime } from "../clock.ts";
import { pageOfRows, timeCursor } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";
import type { OrgTransaction } from "../transaction.ts";

const secretPrefix = "aomori_sk_";
const secretAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const secretLength = 32;
/** Of the secret, what a list may show. */
const shownLength = secretPrefix.length + 4;
/** A key's last use is written at most once in this time. */
const lastUseEveryMs = 60_000;

const columns = [
  "id",
  "name",
  "prefix",
  "scopes",
  "createdAt",
  "expiresAt",
  "revokedAt",
  "lastUsedAt",
] as const;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly ScopeName[];
  /** ISO-8601; it never expires when absent. */
  readonly expiresAt?: string | undefined;
}

/** Makes a key. Its secret is in this answer only: the store keeps a hash. */
export async function createKey(
  transaction: OrgTransaction,
  { name, scopes, expiresAt }: NewKey,
): Promise<CreatedApiKeyResource> {
  const secret = newSecret(transaction.randomBytes);
  const key = await transaction
    .insert("apiKeys", {
      id: newId("key", transaction.randomBytes),
      name,
      prefix: secret.slice(0, shownLength),
      secretHash: hashOf(secret),
      scopes: [...scopes],
      createdAt: transaction.now,
      expiresAt: expiresAt ?? null,
      revokedAt: null,
      lastUsedAt: null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return { ...key, secret };
}

/** Whose secret this is; undefined for an unknown, revoked or expired one. */
export async function authenticate(
  store: Store,
  secret: string,
): Promise<IdentityResource | undefined> {
  if (!secret.startsWith(secretPrefix)) return undefined;
  const nowMs = store.clock.now();
  // Found by a hash that a guess cannot steer, so the index's comparison tells nothing about the secret.
  const key = await databaseOf(store)
    .selectFrom("apiKeys")
    .select(["id", "orgId", "name", "scopes", "expiresAt", "lastUsedAt"])
    .where("secretHash", "=", hashOf(secret))
    .where("revokedAt", "is", null)
    .executeTakeFirst();
  if (key === undefined) return undefined;
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs) return undefined;
  if (key.lastUsedAt === null || nowMs - Date.parse(key.lastUsedAt) >= lastUseEveryMs) {
    await databaseOf(store)
      .updateTable("apiKeys")
      .set({ lastUsedAt: isoTime(nowMs) })
      .where("id", "=", key.id)
      .execute();
  }
  return { orgId: key.orgId, keyId: key.id, name: key.name, scopes: key.scopes };
}

/**
 * The key of the local server: `secret` when it still opens this organisation, otherwise a new one with every scope,
 * which the caller has to keep.
 */
export async function ensureLocalKey(
  store: Store,
  orgId: OrgId,
  secret: string | undefined,
): Promise<string> {
  const known = secret === undefined ? undefined : await authenticate(store, secret);
  if (secret !== undefined && known?.orgId === orgId) return secret;
  const key = await store.transaction(orgId, (transaction) =>
    createKey(transaction, { name: "local", scopes: everyScope }),
  );
  return key.secret;
}

export async function getKey(scope: OrgScope, id: KeyId): Promise<ApiKeyResource | undefined> {
  return scope.select("apiKeys").select(columns).where("id", "=", id).executeTakeFirst();
}

/** Newest first, revoked ones too. */
export async function listKeys(
  scope: OrgScope,
  { limit, cursor }: PageRequest,
): Promise<Page<ApiKeyResource>> {
  let query = scope.select("apiKeys").select(columns);
  const behind = timeCursor(cursor);
  if (behind !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) < (${behind.at}, ${behind.id})`);
  }
  const rows = await query
    .orderBy("createdAt", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOfRows(rows, limit, {
    item: (row) => row,
    position: (row) => [row.createdAt, row.id],
  });
}

/** Makes a key useless from now on; a revoked one stays as it is. Undefined when there is none. */
export async function revokeKey(
  transaction: OrgTransaction,
  id: KeyId,
): Promise<ApiKeyResource | undefined> {
  await transaction
    .update("apiKeys")
    .set({ revokedAt: transaction.now })
    .where("id", "=", id)
    .where("revokedAt", "is", null)
    .execute();
  return getKey(transaction, id);
}

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

function newSecret(randomBytes: RandomBytes): string {
  // Bytes at or above the largest multiple of 62 are dropped, so that every character is equally likely.
  const limit = 256 - (256 % secretAlphabet.length);
  let text = "";
  while (text.length < secretLength) {
    for (const byte of randomBytes(secretLength)) {
      if (byte < limit && text.length < secretLength) {
        text += secretAlphabet[byte % secretAlphabet.length] ?? "";
      }
    }
  }
  return `${secretPrefix}${text}`;
}
