import { expect, it } from "vitest";
import { UserError } from "@aomori/protocol";
import { otherKey, startTestServer } from "./test-server.ts";
import type { TestResponse, TestServer } from "./test-server.ts";

const create = (
  test: TestServer,
  idempotencyKey: string,
  title = "t",
  key?: string,
): Promise<TestResponse> =>
  test.request("/api/specs", {
    method: "POST",
    headers: { "idempotency-key": idempotencyKey },
    body: JSON.stringify({ title, description: "d", repo: "/r" }),
    ...(key === undefined ? {} : { key }),
  });

it("runs a request once and answers the same ever after", async () => {
  await using test = await startTestServer();
  const first = await create(test, "k1");
  const again = await create(test, "k1");
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(await again.json()).toEqual(await first.json());
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(test.world.created).toBe(1);
});

it("runs duplicates that arrive together once", async () => {
  await using test = await startTestServer();
  let open = (): void => undefined;
  test.world.gate = new Promise((resolve) => {
    open = resolve;
  });
  const asked = Array.from({ length: 5 }, () => create(test, "k1"));
  await expect.poll(() => test.idempotency.rows.size).toBe(1);
  open();
  const bodies = await Promise.all(asked.map(async (response) => (await response).json()));
  expect(new Set(bodies.map((body) => body.id)).size).toBe(1);
  expect(test.world.created).toBe(1);
});

it("refuses a key that was used for another request", async () => {
  await using test = await startTestServer();
  await create(test, "k1", "one");
  const response = await create(test, "k1", "two");
  expect(response.status).toBe(409);
  expect((await response.json()).error.code).toBe("IDEMPOTENCY_KEY_REUSED");
  expect((await create(test, "k1", "two", otherKey)).status).toBe(201);
});

it("asks to come back while another process runs the first", async () => {
  await using test = await startTestServer();
  await create(test, "k1");
  for (const row of test.idempotency.rows.values()) delete row.answer;
  const response = await create(test, "k1");
  expect([response.status, response.headers.get("retry-after")]).toEqual([409, "1"]);
  expect((await response.json()).error).toMatchObject({
    code: "IDEMPOTENCY_KEY_IN_USE",
    retryable: true,
  });
});

it("does nothing again when only the answer was lost, and says what was done", async () => {
  await using test = await startTestServer();
  await create(test, "k1");
  for (const row of test.idempotency.rows.values()) row.effect = "spec.created: t";
  const response = await create(test, "k1");
  expect(response.status).toBe(409);
  expect((await response.json()).error).toMatchObject({
    code: "IDEMPOTENT_ANSWER_LOST",
    retryable: false,
    message: expect.stringContaining("spec.created: t"),
  });
  expect(test.world.created).toBe(1);
});

it("gives the key back after a failure", async () => {
  await using test = await startTestServer();
  test.world.failure = new UserError("validation", "REPOSITORY_EMPTY", "no commits");
  expect((await create(test, "k1")).status).toBe(400);
  test.world.failure = undefined;
  expect((await create(test, "k1")).status).toBe(201);
});

it("does nothing for a key it could not keep", async () => {
  await using test = await startTestServer();
  const unkept = await test.request("/api/keys", {
    method: "POST",
    headers: { "idempotency-key": "k1" },
    body: JSON.stringify({ name: "n" }),
  });
  expect((await unkept.json()).error.code).toBe("IDEMPOTENCY_KEY_UNSUPPORTED");
  const invalid = await create(test, "with space");
  expect((await invalid.json()).error.code).toBe("IDEMPOTENCY_KEY_INVALID");
  expect(test.world.created).toBe(0);
});
