import { expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";

const body = JSON.stringify({ title: "t", description: "d", repo: "/r" });

it.each([
  ["the query", "?dry_run=true", {}],
  ["a header", "", { "aomori-dry-run": "true" }],
])("asked by %s", async (_, query, headers) => {
  await using test = await startTestServer();
  const response = await test.request(`/api/specs${query}`, { method: "POST", body, headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/vnd\.aomori\.plan\+json;/);
  expect(await response.json()).toEqual({
    plan: { actions: [{ action: "create_spec", target: "t", detail: "/r" }] },
  });
  expect(test.world.created).toBe(0);
});

it("refuses an invalid input as the real call would", async () => {
  await using test = await startTestServer();
  const response = await test.request("/api/specs?dry_run=true", { method: "POST", body: "{}" });
  expect((await response.json()).error.code).toBe("VALIDATION_FAILED");
});

it("does nothing when the operation has no plan, or when it cannot tell what was asked", async () => {
  await using test = await startTestServer();
  const drain = await test.request("/api/drain?dry_run=1", { method: "POST" });
  expect((await drain.json()).error.code).toBe("DRY_RUN_UNSUPPORTED");
  const unclear = await test.request("/api/specs?dry_run=yes", { method: "POST", body });
  expect(unclear.status).toBe(400);
  expect(test.world.created).toBe(0);
  const off = await test.request("/api/specs?dry_run=false", { method: "POST", body });
  expect(off.status).toBe(201);
});
