import { expect, it } from "vitest";
import { handleEvents, readEvents } from "@aomori/protocol";

const meta = Buffer.from('{"type":"aoi:meta","aoi_version":"0.2"}\n');
const mebibyte = 1024 * 1024;
const row = `${JSON.stringify({ type: "row", n: 1, path: "/usr/share/doc", text: "x".repeat(70) })}\n`;
const block = Buffer.from(row.repeat(500));

/** Cut anywhere but between lines. */
async function* gibibyte() {
  yield meta;
  for (let sizeBytes = 0; sizeBytes < 1024 * mebibyte; sizeBytes += block.length) {
    yield block.subarray(0, 30_000);
    yield block.subarray(30_000);
  }
  yield Buffer.from('{"type":"aoi:summary","ok":true,"count":0}\n');
}

async function peakGrowthMiB(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  await work();
  clearInterval(timer);
  return (peak - before) / mebibyte;
}

it("a gibibyte of events is read in bounded memory", async () => {
  let rows = 0;
  const growth = await peakGrowthMiB(async () => {
    for await (const event of readEvents(gibibyte())) if (event.type === "row") rows += 1;
  });
  expect(rows).toBe(Math.ceil((1024 * mebibyte) / block.length) * 500);
  expect(growth).toBeLessThan(128);
});

it("a line of 100 MB is told by its number and skipped", async () => {
  const piece = Buffer.alloc(mebibyte, "y");
  async function* input() {
    yield meta;
    yield Buffer.from('{"type":"row","text":"');
    for (let n = 0; n < 100; n += 1) yield piece;
    yield Buffer.from('"}\n{"type":"row"}\n{"type":"aoi:summary","ok":true,"count":2}\n');
  }
  const told: unknown[] = [];
  const types: string[] = [];
  const growth = await peakGrowthMiB(async () => {
    await handleEvents(input(), ({ type }) => void types.push(type), {
      onMalformed: (error) => told.push([error.code, error.details]),
    });
  });
  expect(told).toEqual([["LINE_TOO_LONG", { line: 2 }]]);
  expect(types).toEqual(["aoi:meta", "row", "aoi:summary"]);
  expect(growth).toBeLessThan(64);
});

it("a line of 100 MB is read whole when that is allowed", async () => {
  const text = "z".repeat(100 * mebibyte);
  async function* input() {
    yield meta;
    yield Buffer.from(`{"type":"row","text":"${text}"}\n`);
    yield Buffer.from('{"type":"aoi:summary","ok":true,"count":1}\n');
  }
  const lengths: number[] = [];
  for await (const event of readEvents(input(), { maxLineBytes: 128 * mebibyte })) {
    const { text: read } = event as { text?: string };
    lengths.push(read?.length ?? 0);
  }
  expect(lengths).toEqual([0, text.length, 0]);
});
