import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { AomoriEvent } from "@aomori/contract";
import { Client } from "@aomori/sdk";
import { createNodeTransport } from "@aomori/sdk/node";
import { createFetchTransport } from "@aomori/sdk/wire";
import type { Transport } from "@aomori/sdk/wire";
import { key, orgId, startTestServer } from "../../server/test/test-server.ts";
import type { TestServer } from "../../server/test/test-server.ts";
import { SseParser } from "../src/sse-parser.ts";
import { scriptedServer } from "./scripted-server.ts";
import { collect } from "./collect.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const append = (test: TestServer): number => test.events.append(orgId, { type: "task.ready" }).seq;
const clientOf = (test: TestServer, transport: Transport = createNodeTransport()): Client =>
  new Client({ baseUrl: test.url, apiKey: key, transport });

/** Breaks each connection after a few chunks, the way networks do: in the middle. */
function breaking(inner: Transport, chunksPerConnection: number): Transport {
  return async (request) => {
    const response = await inner(request);
    return {
      ...response,
      async *chunks() {
        let left = chunksPerConnection;
        for await (const chunk of response.chunks()) {
          if (left === 0) throw new Error("connection reset");
          left -= 1;
          yield left === 0 ? chunk.slice(0, Math.ceil(chunk.length / 2)) : chunk;
        }
      },
    };
  };
}

it.each([
  ["fetch", createFetchTransport(fetch)],
  ["node:http", createNodeTransport()],
])("has every event once and in order over broken connections (%s)", async (_, transport) => {
  await using test = await startTestServer();
  const client = clientOf(test, breaking(transport, 3));
  const received: number[] = [];
  const writing = (async () => {
    for (let index = 0; index < 30; index += 1) {
      append(test);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  for await (const event of client.events.stream({ after: 0 })) {
    received.push(event.seq);
    if (event.seq === 30) break;
  }
  await writing;
  expect(received).toEqual(upTo(30));
  await expect.poll(() => test.server.streamCount).toBe(0);
});

it("goes on when the server restarts on its port", async () => {
  const test = await startTestServer();
  const { port } = new URL(test.url);
  const received: number[] = [];
  const iterator = clientOf(test).events.stream({ after: 0 });
  append(test);
  received.push((await iterator.next()).value?.seq ?? 0);
  await test.server.close();
  append(test);
  const { events } = test;
  await using again = await startTestServer({ events, port: Number(port) });
  expect(again.url).toBe(test.url);
  received.push((await iterator.next()).value?.seq ?? 0);
  append(test);
  received.push((await iterator.next()).value?.seq ?? 0);
  await iterator.return();
  expect(received).toEqual([1, 2, 3]);
});

it("misses nothing between a stream from now and its first broken connection", async () => {
  await using test = await startTestServer();
  append(test);
  let connections = 0;
  const inner = createNodeTransport();
  const client = clientOf(test, async (request) => {
    const response = await inner(request);
    connections += 1;
    if (connections > 1) return response;
    return {
      ...response,
      async *chunks() {
        for await (const chunk of response.chunks()) {
          yield chunk;
          append(test);
          throw new Error("reset right after the first record");
        }
      },
    };
  });
  const iterator = client.events.stream();
  expect((await iterator.next()).value?.seq).toBe(2);
  await iterator.return();
});

it("takes silence for a lost connection", async () => {
  await using test = await startTestServer({ heartbeatMs: 10_000 });
  let connections = 0;
  const inner = createNodeTransport();
  const client = clientOf(test, (request) => {
    connections += 1;
    return inner(request);
  });
  const iterator = client.events.stream({ after: 0, idleTimeoutMs: 60 });
  const next = iterator.next();
  await expect.poll(() => connections).toBeGreaterThan(2);
  append(test);
  expect((await next).value?.seq).toBe(1);
  await iterator.return();
});

it("gives up on what no retry mends, and after a run of failures", async () => {
  await using test = await startTestServer();
  const wrong = new Client({ baseUrl: test.url, apiKey: "aomori_sk_wrong" });
  await expect(wrong.events.stream().next()).rejects.toMatchObject({ code: "API_KEY_INVALID" });
  await expect(clientOf(test).events.stream({ after: 9 }).next()).rejects.toMatchObject({
    code: "EVENT_CURSOR_AHEAD",
  });
  await using dead = await scriptedServer((_, response) => void response.destroy());
  const stream = new Client({ baseUrl: dead.url }).events.stream({ maxFailures: 2 });
  await expect(stream.next()).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
  expect(dead.seen).toHaveLength(3);
});

it("ends at the newest event when it does not follow, and passes over types it does not know", async () => {
  await using test = await startTestServer();
  append(test);
  test.events.append(orgId, { type: "task.imagined" as "task.ready" });
  test.events.append(orgId, {
    type: "task.completed",
    data: { commit: null, files_changed: 3, duration_ms: 5, tests_passed: null },
  });
  const events = await collect(clientOf(test).events.stream({ follow: false }));
  expect(events.map(({ seq }) => seq)).toEqual([1, 3]);
  expect(events[1]).toMatchObject({ type: "task.completed", orgId, data: { filesChanged: 3 } });
  const listed: AomoriEvent[] = [];
  for await (const event of clientOf(test).events.list({ limit: 1 })) listed.push(event);
  expect(listed).toEqual(events);
});

it("calls a subscriber with its type until it unsubscribes", async () => {
  await using test = await startTestServer();
  const titles: string[] = [];
  const unsubscribe = clientOf(test).events.subscribe("spec.created", (event) => {
    titles.push(event.data.title);
  });
  await expect.poll(() => test.server.streamCount).toBe(1);
  append(test);
  test.events.append(orgId, { type: "spec.created", data: { title: "one", by: "x" } });
  await expect.poll(() => titles).toEqual(["one"]);
  unsubscribe();
  await expect.poll(() => test.server.streamCount).toBe(0);
});

it("hands a subscriber's failure to onError", async () => {
  await using test = await startTestServer();
  const failure = new Error("from the listener");
  const errors: unknown[] = [];
  clientOf(test).events.subscribe(
    "task.ready",
    () => {
      throw failure;
    },
    { after: 0, onError: (error) => errors.push(error) },
  );
  append(test);
  await expect.poll(() => errors).toEqual([failure]);
});

it("parses the same records wherever the text is cut", () => {
  const field = fc.constantFrom(
    "id: 1",
    "event: a.b",
    "data: x",
    "data:y",
    ": c",
    "data",
    "id",
    "z: 1",
  );
  const ending = fc.constantFrom("\n", "\r\n", "\r");
  const line = fc.tuple(fc.oneof(field, fc.constant("")), ending).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat(60)), (lines, cuts) => {
      const text = `${lines.join("")}\n\n`;
      const whole = new SseParser().push(text);
      const parser = new SseParser();
      const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b)];
      const pieces = places.map((place, index) => text.slice(place, places[index + 1]));
      expect(pieces.join("")).toBe(text);
      expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(whole);
    }),
  );
});
