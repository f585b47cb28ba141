import { describe, expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";
import type { TestResponse } from "./test-server.ts";

const create = (body: unknown): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
});

async function refusal(response: TestResponse) {
  const { error } = await response.json();
  return { status: response.status, ...error };
}

it("lists every problem of an input with its path", async () => {
  await using test = await startTestServer();
  const body = { title: "", repo: "/r", titel: "x", settings: { threshold: 2, gats: 1 } };
  const error = await refusal(await test.request("/api/specs", create(body)));
  expect(error).toMatchObject({ status: 400, code: "VALIDATION_FAILED", category: "validation" });
  const paths = error.details.issues.map((issue) => issue.path);
  expect(new Set(paths)).toEqual(
    new Set(["description", "settings", "settings.threshold", "titel", "title"]),
  );
  expect(error.message).toContain("title: must not be empty");
  expect(error.message).toContain("settings.threshold: must be at most 1");
  expect(error.message).toContain("titel: there is no such field; did you mean title?");
  expect(test.world.created).toBe(0);
});

it("reads numbers and booleans of a query as what their schema names", async () => {
  await using test = await startTestServer();
  for (let count = 0; count < 3; count += 1) {
    await test.request("/api/specs", create({ title: `t${count}`, description: "d", repo: "/r" }));
  }
  const page = await (await test.request("/api/specs?limit=2")).json();
  expect(page.items).toHaveLength(2);
  const rest = await (await test.request(`/api/specs?limit=2&cursor=${page.next_cursor}`)).json();
  expect(rest).toMatchObject({ items: [{ title: "t2" }], next_cursor: null });
  for (const limit of ["0", "501", "many", "1.5", "", "0x10"]) {
    const error = await refusal(await test.request(`/api/specs?limit=${limit}`));
    expect([limit, error.status, error.details.issues[0]?.path]).toEqual([limit, 400, "limit"]);
  }
});

it("answers in the wire's names and leaves user-made maps alone", async () => {
  await using test = await startTestServer();
  const response = await test.request(
    "/api/specs",
    create({ title: "t", description: "d", repo: "/r" }),
  );
  expect(response.status).toBe(201);
  expect(response.headers.get("content-type")).toContain("application/json");
  const spec = await response.json();
  expect(spec).toMatchObject({
    base_branch: "main",
    settings: { max_attempts: 3 },
    counts: { tasks_by_status: { some_key: 1 } },
  });
});

describe("what is not a request", () => {
  it.each([
    ["broken JSON", create("{"), 400, "MALFORMED_JSON"],
    ["a list", create([]), 400, "VALIDATION_FAILED"],
    ["a prototype", create('{"__proto__": {"title": "x"}}'), 400, "MALFORMED_JSON"],
    ["too much", create(`"${"x".repeat(2_000)}"`), 413, "BODY_TOO_LARGE"],
    [
      "another type",
      { ...create("<a/>"), headers: { "content-type": "text/xml" } },
      415,
      "MEDIA_TYPE_UNSUPPORTED",
    ],
  ])("refuses %s", async (_, init, status, code) => {
    await using test = await startTestServer({ bodyLimitBytes: 1_000 });
    const error = await refusal(await test.request("/api/specs", init));
    expect(error).toMatchObject({ status, code, category: "validation", retryable: false });
  });

  it("takes an absent body as one without fields", async () => {
    await using test = await startTestServer();
    const made = await test.request(
      "/api/specs",
      create({ title: "t", description: "d", repo: "/r" }),
    );
    const { id } = await made.json();
    const advanced = await test.request(`/api/specs/${id}/advance`, { method: "POST" });
    expect(advanced.status).toBe(200);
  });
});

describe("routes that are not there", () => {
  it("suggests the one that is meant", async () => {
    await using test = await startTestServer();
    const error = await refusal(await test.request("/api/spec/spec_0123456789/advanc"));
    expect(error).toMatchObject({ status: 404, code: "ROUTE_NOT_FOUND", category: "not_found" });
    expect(error.message).toContain("did you mean /api/specs/spec_0123456789/advance?");
    const far = await refusal(await test.request("/nothing/like/that/at/all"));
    expect(far.message).toContain("/openapi.json");
  });

  it("names the methods a path takes", async () => {
    await using test = await startTestServer();
    const response = await test.request("/api/specs", { method: "DELETE" });
    expect(response.headers.get("allow")).toBe("POST, GET");
    expect(await refusal(response)).toMatchObject({ status: 405, code: "METHOD_NOT_ALLOWED" });
  });
});
