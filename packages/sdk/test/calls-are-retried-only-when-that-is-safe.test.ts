import * as fc from "fast-check";
import { expect, it } from "vitest";
import { operations } from "@aomori/contract";
import { Client } from "@aomori/sdk";
import { createNodeTransport } from "@aomori/sdk/node";
import { createFetchTransport, send } from "@aomori/sdk/wire";
import { startTestServer } from "../../server/test/test-server.ts";
import { backoffMs } from "../src/retry-policy.ts";
import { errorAnswer, json, scriptedServer } from "./scripted-server.ts";

const identity = { org_id: "org_x", key_id: "key_0000000000", name: "n", scopes: [] };
const clientOf = (baseUrl: string, options = {}): Client =>
  new Client({ baseUrl, apiKey: "k", ...options });

it("tries a read again after a retryable error and a lost connection", async () => {
  await using server = await scriptedServer((_, response, count) => {
    if (count === 1) return json(response, 503, errorAnswer("BUSY", "temporary", true));
    if (count === 2) return void response.destroy();
    return json(response, 200, identity);
  });
  expect(await clientOf(server.url).account.whoami()).toMatchObject({ name: "n" });
  expect(server.seen).toHaveLength(3);
});

it("sends an effect again under the same key, and the server does it once", async () => {
  await using test = await startTestServer();
  let calls = 0;
  const inner = createFetchTransport(fetch);
  const keys = new Set<string | undefined>();
  const client = new Client({
    baseUrl: test.url,
    apiKey: "aomori_sk_full",
    transport: async (request) => {
      keys.add(request.headers["idempotency-key"]);
      const response = await inner(request);
      calls += 1;
      if (calls < 3) throw new Error("the answer was lost on the way");
      return response;
    },
  });
  const spec = await client.specs.create({ title: "t", description: "d", repo: "/r" });
  expect(spec.title).toBe("t");
  expect([calls, keys.size, test.world.created]).toEqual([3, 1, 1]);
});

it("never sends an effect twice that keeps no key", async () => {
  await using server = await scriptedServer((_, response) =>
    json(response, 503, errorAnswer("BUSY", "temporary", true)),
  );
  await expect(clientOf(server.url).keys.create({ name: "n" })).rejects.toMatchObject({
    name: "RetryableError",
    code: "BUSY",
  });
  expect(server.seen).toHaveLength(1);
});

it("waits as long as the server asks, but not for ever", async () => {
  await using server = await scriptedServer((_, response, count) => {
    if (count === 1) {
      return json(
        response,
        429,
        errorAnswer("SLOW", "rate_limited", true, { retry_after_ms: 700 }),
      );
    }
    return json(response, 429, errorAnswer("SLOW", "rate_limited", true), {
      "retry-after": "3600",
    });
  });
  const startedAt = performance.now();
  await expect(clientOf(server.url).account.whoami()).rejects.toMatchObject({
    code: "SLOW",
    retryAfterMs: 3_600_000,
  });
  expect(performance.now() - startedAt).toBeGreaterThan(690);
  expect(server.seen).toHaveLength(2);
});

it("gives up after maxRetries and says what it could not reach", async () => {
  const server = await scriptedServer(() => undefined);
  await server[Symbol.asyncDispose]();
  for (const transport of [createFetchTransport(fetch), createNodeTransport()]) {
    const error = await clientOf(server.url, { transport, maxRetries: 1 })
      .account.whoami()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "CONNECTION_FAILED", retryable: true });
    expect(String(error)).toContain(`cannot reach ${server.url}`);
    expect(String(error)).toContain("ECONNREFUSED");
  }
});

it("bounds each attempt, and stops at once when its signal is aborted", async () => {
  await using server = await scriptedServer(() => undefined);
  const client = clientOf(server.url, { timeoutMs: 50, maxRetries: 1 });
  await expect(client.account.whoami()).rejects.toMatchObject({
    code: "REQUEST_TIMEOUT",
    category: "timeout",
  });
  expect(server.seen).toHaveLength(2);
  const reason = new Error("enough");
  const controller = new AbortController();
  const asked = clientOf(server.url).account.whoami({ signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await expect(asked).rejects.toBe(reason);
});

it("tells a stranger on the line from an Aomori server", async () => {
  await using server = await scriptedServer((request, response, count) => {
    if (request.url === "/api/health") return json(response, 200, { hello: "world" });
    response.writeHead(count === 1 ? 200 : 404, { "content-type": "text/html" });
    response.end("<html>not here</html>");
  });
  const client = clientOf(server.url);
  const unreadable = { name: "TerminalError", code: "ANSWER_UNREADABLE" };
  await expect(client.account.whoami()).rejects.toMatchObject(unreadable);
  await expect(client.account.whoami()).rejects.toThrow(/404 and no error body: <html>not here/);
  await expect(client.system.health()).rejects.toThrow(/status/);
});

it("refuses a path value that would reach another route", async () => {
  await using server = await scriptedServer((_, response) => json(response, 200, {}));
  const endpoint = { baseUrl: server.url, transport: createNodeTransport() };
  for (const id of ["", ".", "..", undefined, {}]) {
    const sent = send(endpoint, { operation: operations["specs.cancel"], input: { id } });
    await expect(sent).rejects.toMatchObject({ code: "VALIDATION_FAILED" });
  }
  await send(endpoint, { operation: operations["specs.get"], input: { id: "a/../b?c#d" } });
  expect(server.seen.map(({ url }) => url)).toEqual(["/api/specs/a%2F..%2Fb%3Fc%23d"]);
});

it("backs off within bounds, never sooner than asked", () => {
  const milliseconds = fc.nat(60_000);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.option(milliseconds, { nil: undefined }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, retryAfterMs, random) => {
        const waitMs = backoffMs(failures, retryAfterMs, random);
        expect(waitMs).toBeGreaterThanOrEqual(Math.max(125, retryAfterMs ?? 0));
        expect(waitMs).toBeLessThanOrEqual(Math.max(8_000, retryAfterMs ?? 0));
      },
    ),
  );
});
