import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  authenticate,
  createKey,
  ensureLocalKey,
  exportStore,
  listKeys,
  revokeKey,
} from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";

describeStores("keys", (kind) => {
  const shared = kind.share();

  test("a secret opens its organisation with its scopes, and no other secret does", async () => {
    const { store, orgId } = await shared.enter();
    const key = await store.transaction(orgId, (tx) =>
      createKey(tx, { name: "ci", scopes: ["specs:read"] }),
    );
    expect(key.secret).toMatch(/^aomori_sk_[0-9A-Za-z]{32}$/);
    expect(key.secret.startsWith(key.prefix)).toBe(true);
    expect(await authenticate(store, key.secret)).toEqual({
      orgId,
      keyId: key.id,
      name: "ci",
      scopes: ["specs:read"],
    });
    for (const wrong of [
      "",
      key.secret.slice(0, -1),
      `${key.secret}x`,
      key.secret.toUpperCase(),
      key.prefix,
    ]) {
      expect(await authenticate(store, wrong), wrong).toBeUndefined();
    }
  });

  test("an expired key and a revoked one open nothing", async () => {
    const { store, clock, orgId } = await shared.enter();
    const expiresAt = new Date(clock.atMs + 1_000).toISOString();
    const [brief, lasting] = await store.transaction(orgId, async (tx) => [
      await createKey(tx, { name: "brief", scopes: [], expiresAt }),
      await createKey(tx, { name: "lasting", scopes: [] }),
    ]);
    if (brief === undefined || lasting === undefined) throw new Error("no keys");
    expect(await authenticate(store, brief.secret)).toBeDefined();
    clock.atMs += 1_000;
    expect(await authenticate(store, brief.secret)).toBeUndefined();
    const revoked = await store.transaction(orgId, (tx) => revokeKey(tx, lasting.id));
    clock.atMs += 1_000;
    expect(await store.transaction(orgId, (tx) => revokeKey(tx, lasting.id))).toEqual(revoked);
    expect(await authenticate(store, lasting.secret)).toBeUndefined();
    expect(await store.transaction(orgId, (tx) => revokeKey(tx, "key_none"))).toBeUndefined();
  });

  test("no secret is stored, and a key's last use is", async () => {
    const { store, clock, orgId } = await shared.enter();
    const secret = await ensureLocalKey(store, orgId, undefined);
    expect(await ensureLocalKey(store, orgId, secret)).toBe(secret);
    expect(await ensureLocalKey(store, orgId, "aomori_sk_of_another_store")).not.toBe(secret);
    clock.atMs += 120_000;
    await authenticate(store, secret);
    const { items } = await listKeys(store.scope(orgId), { limit: 10 });
    expect(items.map((key) => key.lastUsedAt)).toContain("2026-01-02T03:06:05.678Z");
    const path = join(tmpdir(), `aomori-keys-${process.pid}-${kind.kind}.jsonl`);
    await exportStore(store, path);
    expect(await readFile(path, "utf8")).not.toContain(secret.slice("aomori_sk_".length + 4));
  });
});
