import * as fc from "fast-check";
import { expect, it } from "vitest";
import { StreamClient } from "./event-stream-client.ts";
import { orgId, otherOrgId, startTestServer } from "./test-server.ts";
import type { TestServer } from "./test-server.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function append(test: TestServer, count: number): void {
  for (let index = 0; index < count; index += 1) test.events.append(orgId, { type: "task.ready" });
}

it("starts from now, or behind `after`, or behind Last-Event-ID, which wins", async () => {
  await using test = await startTestServer();
  append(test, 5);
  await using now = await StreamClient.open(test.url);
  await using all = await StreamClient.open(test.url, "?after=0");
  await using resumed = await StreamClient.open(test.url, "?after=0", { "last-event-id": "3" });
  await expect.poll(() => resumed.seqs).toEqual([4, 5]);
  await expect.poll(() => all.seqs).toEqual([1, 2, 3, 4, 5]);
  append(test, 1);
  await expect.poll(() => now.seqs).toEqual([6]);
  await expect.poll(() => all.seqs).toEqual(upTo(6));
  expect(now.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "aomori-version": "0.1.0",
  });
  const [first] = all.records.filter(({ data }) => data !== undefined);
  expect(first?.event).toBe("task.ready");
  expect(JSON.parse(first?.data ?? "")).toMatchObject({ seq: 1, org_id: orgId, v: 1 });
});

it("gives readers that join while events are written every event once, in order", async () => {
  await using test = await startTestServer();
  test.events.delayMs = 3;
  append(test, 700);
  const clients: StreamClient[] = [];
  for (let round = 0; round < 30; round += 1) {
    append(test, 20);
    clients.push(await StreamClient.open(test.url, "?after=0"));
  }
  append(test, 5);
  const expected = upTo(700 + 30 * 20 + 5);
  for (const client of clients) {
    await expect.poll(() => client.seqs.length, { timeout: 10_000 }).toBe(expected.length);
    expect(client.seqs).toEqual(expected);
    await client[Symbol.asyncDispose]();
  }
});

it("is the same sequence however reads, writes and reconnections fall", async () => {
  await using test = await startTestServer();
  let written = 0;
  const step = fc.record({ write: fc.nat(6), delayMs: fc.constantFrom(0, 2), leave: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      let cursor = written;
      const received: number[] = [];
      const begin = written;
      let client = await StreamClient.open(test.url, `?after=${cursor}`);
      for (const { write, delayMs, leave } of steps) {
        test.events.delayMs = delayMs;
        append(test, write);
        written += write;
        if (!leave) continue;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        await client[Symbol.asyncDispose]();
        received.push(...client.seqs);
        cursor = received.at(-1) ?? cursor;
        client = await StreamClient.open(test.url, "", { "last-event-id": String(cursor) });
      }
      await expect.poll(() => received.length + client.seqs.length).toBe(written - begin);
      await client[Symbol.asyncDispose]();
      received.push(...client.seqs);
      expect(received).toEqual(upTo(written).slice(begin));
    }),
    { numRuns: 20 },
  );
});

it("keeps to its filter and to its organisation, replayed and live", async () => {
  await using test = await startTestServer();
  const write = (): void => {
    test.events.append(orgId, { type: "task.ready", specId: "spec_aaaaaaaaaa", taskId: "TSK-001" });
    test.events.append(orgId, { type: "task.started", specId: "spec_bbbbbbbbbb" });
    test.events.append(orgId, { type: "tasks_not" as "task.ready", specId: "spec_aaaaaaaaaa" });
    test.events.append(orgId, { type: "phase.started", specId: "spec_aaaaaaaaaa" });
    test.events.append(otherOrgId, { type: "task.ready", specId: "spec_aaaaaaaaaa" });
  };
  write();
  await using spec = await StreamClient.open(test.url, "?after=0&spec_id=spec_aaaaaaaaaa");
  await using noun = await StreamClient.open(test.url, "?after=0&types=task.*");
  await using two = await StreamClient.open(test.url, "?after=0&types=task.ready,phase.started");
  await using task = await StreamClient.open(test.url, "?after=0&task_id=TSK-001");
  await expect.poll(() => two.seqs).toEqual([1, 4]);
  write();
  await expect.poll(() => two.seqs).toEqual([1, 4, 5, 8]);
  expect(spec.seqs).toEqual([1, 3, 4, 5, 7, 8]);
  expect(noun.seqs).toEqual([1, 2, 5, 6]);
  expect(task.seqs).toEqual([1, 5]);
});

it("ends at the newest event when it is not to follow", async () => {
  await using test = await startTestServer();
  append(test, 450);
  await using client = await StreamClient.open(test.url, "?follow=false");
  await expect.poll(() => client.ended).toBe(true);
  expect(client.seqs).toEqual(upTo(450));
  expect(client.records.at(-1)?.id).toBe(450);
});

it("moves the cursor of a reader whose filter lets nothing through", async () => {
  await using test = await startTestServer({ heartbeatMs: 20 });
  await using client = await StreamClient.open(test.url, "?types=agent.*");
  append(test, 7);
  await expect.poll(() => client.records.at(-1)).toMatchObject({ id: 7, comment: "heartbeat" });
  expect(client.seqs).toEqual([]);
});

it("refuses a cursor it never gave", async () => {
  await using test = await startTestServer();
  append(test, 3);
  for (const query of ["?after=4", "?after=4&follow=false"]) {
    const response = await test.request(`/api/events/stream${query}`);
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatchObject({
      code: "EVENT_CURSOR_AHEAD",
      details: { newest: 3 },
    });
  }
  const headers = { "last-event-id": "evt_1" };
  expect((await test.request("/api/events/stream", { headers })).status).toBe(400);
});
