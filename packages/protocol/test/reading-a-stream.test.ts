import { Readable } from "node:stream";
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

  it("stops when its signal does", async () => {
    const stop = new AbortController();
    const events = readEvents(of(meta, '{"type":"row"}\n', summary), { signal: stop.signal });
    await events.next();
    stop.abort(new Error("enough"));
    await expect(events.next()).rejects.toThrow("enough");
  });
});
