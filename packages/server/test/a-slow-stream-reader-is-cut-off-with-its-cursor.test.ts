import { expect, it } from "vitest";
import { StreamClient } from "./event-stream-client.ts";
import { orgId, startTestServer } from "./test-server.ts";

const summary = "x".repeat(64 * 1024);

it("and the others are not held up; it resumes where it stopped", async () => {
  await using test = await startTestServer({ streamBufferLimitBytes: 256 * 1024 });
  await using quick = await StreamClient.open(test.url);
  await using slow = await StreamClient.open(test.url);
  slow.response.pause();
  const count = 400;
  for (let index = 0; index < count; index += 1) {
    test.events.append(orgId, { type: "task.ready", summary });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => quick.seqs.length).toBe(count);
  await expect.poll(() => test.server.streamCount).toBe(2);
  slow.response.resume();
  await expect.poll(() => slow.ended).toBe(true);
  const last = slow.records.at(-1);
  expect(last?.event).toBe("aomori.cursor");
  const received = slow.seqs.length;
  expect(JSON.parse(last?.data ?? "")).toEqual({ after: received, reason: "slow_reader" });
  expect(received).toBeLessThan(count);
  await using resumed = await StreamClient.open(test.url, `?after=${last?.id}`);
  await expect.poll(() => resumed.seqs.at(-1)).toBe(count);
  expect([...slow.seqs, ...resumed.seqs]).toEqual(quick.seqs);
});

it("replays at the reader's pace without holding more than a page", async () => {
  await using test = await startTestServer({ streamBufferLimitBytes: 256 * 1024 });
  for (let index = 0; index < 800; index += 1) {
    test.events.append(orgId, { type: "task.ready", summary: summary.slice(0, 8 * 1024) });
  }
  await using client = await StreamClient.open(test.url, "?after=0");
  client.response.pause();
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.response.resume();
  await expect.poll(() => client.seqs.length).toBe(800);
});

it("a closing server ends every stream with its cursor", async () => {
  await using test = await startTestServer();
  test.events.append(orgId, { type: "task.ready" });
  await using client = await StreamClient.open(test.url, "?after=0");
  await expect.poll(() => client.seqs).toEqual([1]);
  await test.server.close();
  await expect.poll(() => client.ended).toBe(true);
  expect(JSON.parse(client.records.at(-1)?.data ?? "")).toEqual({
    after: 1,
    reason: "server_closing",
  });
});

it("a store that fails breaks the streams, so that readers come back", async () => {
  await using test = await startTestServer();
  await using client = await StreamClient.open(test.url);
  test.events.failing = new Error("disk gone");
  test.events.append(orgId, { type: "task.ready" });
  await expect.poll(() => client.ended).toBe(true);
  expect(test.log).toMatchObject([{ level: "error", error: test.events.failing }]);
  test.events.failing = undefined;
  await using again = await StreamClient.open(test.url, "?after=0");
  await expect.poll(() => again.seqs).toEqual([1]);
});

it("leaves nothing behind when its last reader goes", async () => {
  await using test = await startTestServer();
  const client = await StreamClient.open(test.url);
  await expect.poll(() => test.events.listeners(orgId)).toBe(1);
  await client[Symbol.asyncDispose]();
  await expect.poll(() => test.events.listeners(orgId)).toBe(0);
  expect(test.server.streamCount).toBe(0);
});
