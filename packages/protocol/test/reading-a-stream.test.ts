import { PassThrough, Readable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CodedError, ReadOptions, StreamEvent } from "@aomori/protocol";
import { readEvents } from "@aomori/protocol";
import { readToEnd, startTool } from "./run-tool.ts";

async function read(
  source: AsyncIterable<Uint8Array | string>,
  options?: ReadOptions,
): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(source, options)) events.push(event);
  return events;
}

const meta = '{"type":"aoi:meta","aoi_version":"0.2"}\n';
const summary = '{"type":"aoi:summary","ok":true,"count":0}\n';
const of = (...pieces: (string | Uint8Array)[]) => Readable.from(pieces, { objectMode: true });

describe("reading a stream", () => {
  it("yields what a tool wrote, however the bytes are cut", async () => {
    const { lines } = await readToEnd(startTool("awaited", 50));
    const bytes = Buffer.from(`${lines.join("\r\n")}\n\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        expect(await read(of(...pieces))).toEqual(lines.map((line) => JSON.parse(line) as unknown));
      }),
      { numRuns: 30 },
    );
  });

  it("throws with the line number at a malformed line", async () => {
    const malformed = { code: "MALFORMED_LINE", category: "validation", details: { line: 3 } };
    await expect(read(of(meta, "\n", "not json\n", summary))).rejects.toMatchObject(malformed);
    await expect(read(of(meta, "\n", "[1]\n", summary))).rejects.toMatchObject(malformed);
    await expect(read(of(meta, "\n", '{"a":1}\n', summary))).rejects.toMatchObject(malformed);
    const latin1 = Buffer.from('{"type":"caf\xe9"}\n', "latin1");
    await expect(read(of(meta, "\n", latin1, summary))).rejects.toMatchObject(malformed);
  });

  it("tells malformed lines and goes on when asked to", async () => {
    const told: CodedError[] = [];
    const events = await read(
      of(meta, "oops\n", '{"type":"row"}\n', summary, '{"type":"late"}\n'),
      {
        onMalformed: (error) => told.push(error),
      },
    );
    expect(events.map((event) => event.type)).toEqual(["aoi:meta", "row", "aoi:summary"]);
    expect(told.map((error) => [error.code, error.details])).toEqual([
      ["MALFORMED_LINE", { line: 2 }],
      ["EVENT_AFTER_SUMMARY", { line: 5 }],
    ]);
  });

  it("throws when the input ends without a summary, torn line or not", async () => {
    const died = { code: "STREAM_WITHOUT_SUMMARY", category: "io" };
    await expect(read(of(meta))).rejects.toMatchObject(died);
    await expect(read(of())).rejects.toMatchObject(died);
    await expect(read(of(meta, '{"type":"ro'))).rejects.toMatchObject({ code: "MALFORMED_LINE" });
  });

  it("skips a 64 MiB line without holding it", async () => {
    const chunk = Buffer.alloc(1024 * 1024, 120);
    function* pieces() {
      yield Buffer.from(meta);
      for (let n = 0; n < 64; n += 1) yield chunk;
      yield Buffer.from(`\n${summary}`);
    }
    const told: unknown[] = [];
    const before = process.memoryUsage().rss;
    const events = await read(Readable.from(pieces()), {
      maxLineBytes: 100_000,
      onMalformed: (error) => told.push(error.code),
    });
    expect(events).toHaveLength(2);
    expect(told).toEqual(["LINE_TOO_LONG"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
  });

  it("reads the older un-prefixed names, and only when the stream opens with them", async () => {
    const legacy = of(
      '{"type":"meta","aoi_version":"0.2"}\n{"type":"hit"}\n{"type":"summary","ok":true}\n',
    );
    expect((await read(legacy)).map((event) => event.type)).toEqual([
      "aoi:meta",
      "hit",
      "aoi:summary",
    ]);
    const mixed = read(of(meta, '{"type":"summary","ok":true}\n'));
    await expect(mixed).rejects.toMatchObject({ code: "MIXED_DIALECTS", details: { line: 2 } });
  });

  it("yields malformed lines in their place when asked to", async () => {
    const seen: string[] = [];
    const items = readEvents(of(meta, "oops\n", '{"type":"row"}\n', summary), {
      malformed: "yield",
    });
    for await (const item of items) seen.push(item instanceof Error ? item.code : item.type);
    expect(seen).toEqual(["aoi:meta", "MALFORMED_LINE", "row", "aoi:summary"]);
  });

  it("keeps types it does not know, of the framework too", async () => {
    const unknown = '{"type":"aoi:later","x":[1]}\n{"type":"row","y":{"z":null}}\n';
    expect((await read(of(meta, unknown, summary))).slice(1, 3)).toEqual([
      { type: "aoi:later", x: [1] },
      { type: "row", y: { z: null } },
    ]);
  });

  it("tells a failed upstream, with its first error, once everything is read", async () => {
    const gone =
      '{"type":"aoi:error","code":"GONE","category":"not_found","message":"row 7","retryable":false}\n';
    const failed = of(meta, gone, '{"type":"aoi:summary","ok":false,"count":0}\n');
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type } of readEvents(failed, { requireOk: true })) seen.push(type);
    })();
    await expect(reading).rejects.toMatchObject({
      code: "UPSTREAM_FAILED",
      category: "not_found",
      message: expect.stringContaining("GONE, row 7"),
    });
    expect(seen).toEqual(["aoi:meta", "aoi:error", "aoi:summary"]);
  });

  it.each([
    ["prefixed in legacy", '{"type":"meta","aoi_version":"0.2"}\n', summary],
    ["legacy in prefixed", meta, '{"type":"meta","aoi_version":"0.2"}\n'],
  ])("refuses mixed dialects: %s", async (_name, first, second) => {
    await expect(read(of(first, second))).rejects.toMatchObject({
      code: "MIXED_DIALECTS",
      details: { line: 2 },
    });
  });

  it("lets a domain have types that sound like the framework's", async () => {
    const row = '{"type":"summary","ok":true}\n{"type":"error"}\n';
    expect(await read(of(meta, row, summary))).toHaveLength(4);
  });

  it("takes a byte order mark and lines ended by CR LF", async () => {
    expect(await read(of("\ufeff", meta.trimEnd(), "\r\n\r\n", summary))).toHaveLength(2);
  });

  it("reads a line as long as it is allowed, and in pieces of any size", async () => {
    const long = `${JSON.stringify({ type: "row", text: "é".repeat(300_000) })}\n`;
    const bytes = Buffer.from(`${meta}${long}${summary}`);
    const pieces = Array.from({ length: 61 }, (_, n) =>
      bytes.subarray(n * 10_000, (n + 1) * 10_000),
    );
    expect(await read(of(...pieces))).toHaveLength(3);
  });

  it("stops while its source waits, and closes it", async () => {
    const silent = new PassThrough();
    silent.write(meta);
    const stop = new AbortController();
    const events = readEvents(silent, { signal: stop.signal });
    await events.next();
    const waiting = events.next();
    setTimeout(() => stop.abort(new Error("enough")), 10);
    await expect(waiting).rejects.toThrow("enough");
    expect(silent.destroyed).toBe(true);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("closes its source when the loop is left", async () => {
    const source = of(meta, '{"type":"row"}\n', summary);
    for await (const _event of readEvents(source)) break;
    expect(source.destroyed).toBe(true);
  });

  it("answers reads that do not wait for each other in order", async () => {
    const events = readEvents(of(meta, '{"type":"row"}\n', summary));
    const steps = await Promise.all([events.next(), events.next(), events.next(), events.next()]);
    expect(steps.map(({ value }) => value?.type)).toEqual([
      "aoi:meta",
      "row",
      "aoi:summary",
      undefined,
    ]);
  });

  it("stops when its signal does", async () => {
    const stop = new AbortController();
    const events = readEvents(of(meta, '{"type":"row"}\n', summary), { signal: stop.signal });
    await events.next();
    stop.abort(new Error("enough"));
    await expect(events.next()).rejects.toThrow("enough");
  });
});
