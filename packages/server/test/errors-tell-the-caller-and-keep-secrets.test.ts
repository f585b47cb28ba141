import { expect, it } from "vitest";
import { RetryableError, UserError, errorCategories } from "@aomori/protocol";
import { startTestServer } from "./test-server.ts";
import type { TestResponse, TestServer } from "./test-server.ts";

const create = (test: TestServer): Promise<TestResponse> =>
  test.request("/api/specs", {
    method: "POST",
    body: JSON.stringify({ title: "t", description: "d", repo: "/r" }),
  });

it("keeps the text of a bug in the log, under the request's id", async () => {
  await using test = await startTestServer();
  test.world.failure = new Error("password is hunter2");
  const response = await create(test);
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).not.toContain("hunter2");
  const { error } = JSON.parse(text);
  expect(error).toMatchObject({ code: "INTERNAL", category: "internal", retryable: false });
  const requestId = response.headers.get("aomori-request-id");
  expect(error.message).toContain(requestId);
  expect(test.log).toMatchObject([
    { level: "error", requestId, operation: "specs.create", error: test.world.failure },
  ]);
});

it("gives every category the status that its meaning has in HTTP", async () => {
  await using test = await startTestServer();
  const statuses: Record<string, number> = {};
  for (const category of errorCategories) {
    test.world.failure = new UserError(category, "SOME_CODE", "what happened; what to do");
    const response = await create(test);
    statuses[category] = response.status;
    const { error } = await response.json();
    expect(error).toEqual({
      code: "SOME_CODE",
      category,
      message: "what happened; what to do",
      retryable: false,
    });
  }
  expect(statuses).toEqual({
    usage: 400,
    validation: 400,
    authn: 401,
    authz: 403,
    not_found: 404,
    conflict: 409,
    rate_limited: 429,
    temporary: 503,
    timeout: 504,
    internal: 500,
    config: 422,
    io: 500,
    cancelled: 503,
    partial: 500,
  });
});

it("says when to come back", async () => {
  await using test = await startTestServer();
  test.world.failure = new RetryableError("rate_limited", "SLOW_DOWN", "too many; wait", {
    retryAfterMs: 1_200,
  });
  const response = await create(test);
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "2"]);
  expect((await response.json()).error).toMatchObject({ retryable: true, retry_after_ms: 1_200 });
});

it("tells its version with every answer, also with refusals", async () => {
  await using test = await startTestServer();
  for (const path of ["/api/health", "/api/specs", "/nowhere"]) {
    const response = await test.request(path, { key: null });
    expect(response.headers.get("aomori-version")).toBe("0.1.0");
  }
});

it("tells a handler that its caller went away", async () => {
  await using test = await startTestServer();
  let open = (): void => undefined;
  test.world.gate = new Promise((resolve) => {
    open = resolve;
  });
  const controller = new AbortController();
  const asked = test.request("/api/specs", {
    method: "POST",
    body: JSON.stringify({ title: "t", description: "d", repo: "/r" }),
    signal: controller.signal,
  });
  await expect.poll(() => test.world.lastSignal?.aborted).toBe(false);
  controller.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => test.world.lastSignal?.aborted).toBe(true);
  open();
});
