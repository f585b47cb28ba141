import { Readable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError, handleEvents, mapOrdered } from "@aomori/protocol";

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const meta = line({ type: "aoi:meta", aoi_version: "0.2" });
const summary = line({ type: "aoi:summary", ok: true, count: 3 });
const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => line({ type: "row", n }));
const stream = (...pieces: string[]): Readable => Readable.from(pieces);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await turn();
};

describe("handling a stream", () => {
  it("waits for every handler, and starts each after the one before by default", async () => {
    const told: string[] = [];
    const done = await handleEvents(stream(meta, ...rows(3), summary), async (event, { index }) => {
      told.push(`+${index}`);
      await turns(3 - (index % 3));
      told.push(`-${event.type}`);
    });
    expect(told).toEqual([
      "+0",
      "-aoi:meta",
      "+1",
      "-row",
      "+2",
      "-row",
      "+3",
      "-row",
      "+4",
      "-aoi:summary",
    ]);
    expect(done).toMatchObject({
      handledCount: 5,
      meta: { aoi_version: "0.2" },
      summary: { ok: true },
    });
  });

  it("runs no more handlers at once than it may", async () => {
    let running = 0;
    let most = 0;
    await handleEvents(
      stream(meta, ...rows(50), summary),
      async () => {
        running += 1;
        most = Math.max(most, running);
        await turns(2);
        running -= 1;
      },
      { concurrency: 4 },
    );
    expect({ running, most }).toEqual({ running: 0, most: 4 });
  });

  it("rejects with what a handler threw, once the others have ended", async () => {
    let ended = 0;
    const handling = handleEvents(
      stream(meta, ...rows(50), summary),
      async (_event, { index, signal }) => {
        await turns(2);
        if (index === 3) throw new Error("three");
        if (index > 3) expect(signal.aborted).toBe(false);
        ended += 1;
      },
      { concurrency: 3 },
    );
    await expect(handling).rejects.toThrow("three");
    const before = ended;
    await turns(10);
    expect(ended).toBe(before);
    expect(before).toBeLessThan(10);
  });

  it("rejects when the stream failed, ended early or is malformed, after handling what came", async () => {
    const seen: string[] = [];
    const keep = (event: { type: string }): void => void seen.push(event.type);
    const failed = line({ type: "aoi:summary", ok: false, count: 0 });
    await expect(handleEvents(stream(meta, failed), keep)).rejects.toMatchObject({
      code: "UPSTREAM_FAILED",
      category: "partial",
    });
    await expect(handleEvents(stream(meta, ...rows(1)), keep)).rejects.toMatchObject({
      code: "STREAM_WITHOUT_SUMMARY",
    });
    await expect(handleEvents(stream(meta, "x\n"), keep)).rejects.toMatchObject({
      code: "MALFORMED_LINE",
      details: { line: 2 },
    });
    expect(seen).toEqual(["aoi:meta", "aoi:summary", "aoi:meta", "row", "aoi:meta"]);
    const lenient = await handleEvents(stream(meta, failed), keep, { requireOk: false });
    expect(lenient.summary).toMatchObject({ ok: false });
  });

  it("stops at once when its signal does, though the source is silent", async () => {
    const stop = new AbortController();
    const silent = new Readable({ read: () => {} });
    silent.push(meta);
    const handling = handleEvents(
      silent,
      () => stop.abort(new UserError("cancelled", "ENOUGH", "enough")),
      { signal: stop.signal },
    );
    await expect(handling).rejects.toMatchObject({ code: "ENOUGH" });
    expect(silent.destroyed).toBe(true);
  });
});

describe("mapping in order", () => {
  async function* numbers(count: number) {
    for (let n = 0; n < count; n += 1) yield n;
  }

  it("gives every result in the order of its item, whatever each takes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (delays, concurrency) => {
          const results: number[] = [];
          const slow = async (n: number) => {
            await turns(delays[n] ?? 0);
            return n;
          };
          for await (const n of mapOrdered(numbers(delays.length), slow, { concurrency })) {
            results.push(n);
          }
          expect(results).toEqual(delays.map((_, n) => n));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives a result as soon as it is there, while the source waits", async () => {
    const gate = Promise.withResolvers<void>();
    async function* dripping() {
      yield 1;
      await gate.promise;
      yield 2;
    }
    const results = mapOrdered(dripping(), (n) => n * 10, { concurrency: 4 });
    expect(await results.next()).toEqual({ done: false, value: 10 });
    gate.resolve();
    expect(await results.next()).toEqual({ done: false, value: 20 });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("reads no further ahead than it has tasks", async () => {
    let read = 0;
    async function* counted() {
      for (;;) yield (read += 1);
    }
    for await (const n of mapOrdered(counted(), (item) => item, { concurrency: 3 })) {
      expect(read - n).toBeLessThanOrEqual(3);
      if (n === 20) break;
    }
    expect(read).toBeLessThanOrEqual(23);
  });

  it("refuses a concurrency that is no positive integer", () => {
    expect(() => mapOrdered(numbers(1), (n) => n, { concurrency: 0 })).toThrow(RangeError);
  });
});
