import { connect } from "node:net";
import { expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";

it("drops connections that ask for nothing and finishes the request that runs", async () => {
  const test = await startTestServer();
  let open = (): void => undefined;
  test.world.gate = new Promise((resolve) => {
    open = resolve;
  });
  const silent = connect(Number(new URL(test.url).port), "127.0.0.1");
  await new Promise((resolve) => silent.once("connect", resolve));
  await test.request("/api/health");
  const asked = test.request("/api/specs", {
    method: "POST",
    body: JSON.stringify({ title: "t", description: "d", repo: "/r" }),
  });
  await expect.poll(() => test.world.lastSignal).toBeDefined();
  let closed = false;
  const closing = test.server.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => silent.once("close", resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(closed).toBe(false);
  open();
  expect((await asked).status).toBe(201);
  const answeredAt = performance.now();
  await closing;
  expect(performance.now() - answeredAt).toBeLessThan(1_000);
  await expect(test.request("/api/health")).rejects.toThrow();
});
