import { expect, it } from "vitest";
import { operations, ownScope } from "@aomori/contract";
import { orgId, otherKey, startTestServer } from "./test-server.ts";
import { walkOperations } from "./walk-operations.ts";

it("answers 401 without a key, 403 without the scope and 404 to another organisation", async () => {
  await using test = await startTestServer();
  const created = await test.request("/api/specs", {
    method: "POST",
    body: JSON.stringify({ title: "t", description: "d", repo: "/r" }),
  });
  const { id } = await created.json();
  expect(test.world.specsOf(orgId).has(id)).toBe(true);
  const results = await walkOperations({
    url: test.url,
    ids: {
      spec: id,
      ticket: "TKT-001",
      task: "TSK-001",
      agent: "agent_0000000000",
      project: "proj_0000000000",
      key: "key_0000000000",
    },
    keyWith: (held) => test.keyWith(held),
    otherKey,
  });
  expect(results.map((result) => result.id)).toEqual(Object.keys(operations));
  for (const result of results) {
    if (result.scope === null) {
      expect([result.id, result.withoutKey]).toEqual(["system.health", 200]);
      continue;
    }
    expect([result.id, result.withoutKey, result.withUnknownKey]).toEqual([result.id, 401, 401]);
    if (result.scope === ownScope) {
      expect([result.id, result.withoutScope]).toEqual(["account.whoami", 200]);
      continue;
    }
    expect([result.id, result.withoutScope]).toEqual([result.id, 403]);
    expect(JSON.parse(result.withoutScopeMessage).error).toMatchObject({
      code: "SCOPE_MISSING",
      category: "authz",
      details: { scope: result.scope },
    });
    if (result.fromOtherOrganisation !== null) {
      expect([result.id, result.fromOtherOrganisation]).toEqual([result.id, 404]);
    }
  }
});

it("looks at the key before it reads the body", async () => {
  await using test = await startTestServer();
  const response = await test.request("/api/specs", { method: "POST", body: "{", key: null });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe("Bearer");
});
