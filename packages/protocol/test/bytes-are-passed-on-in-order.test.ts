import fc from "fast-check";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmitter, createOutput } from "@aomori/protocol";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("an output takes text and bytes", () => {
  it("and writes them in the order they came, whatever their sizes", async () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 900, max: 9000 }));
    const piece = fc.record({ size, isBytes: fc.boolean() });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const file = join(folder, String((round += 1)));
        // Buffers of 4 KiB: pieces share one, fill one and take several.
        const output = createOutput({ fd: openSync(file, "w"), batchLength: 1024 });
        const texts = pieces.map(({ size: length }, n) => `${String(n % 10).repeat(length)}é\n`);
        for (const [n, text] of texts.entries()) {
          const written =
            pieces[n]?.isBytes === true ? output.writeBytes(Buffer.from(text)) : output.write(text);
          if (n % 7 === 0) await written;
        }
        await output.flush();
        expect(readFileSync(file, "utf8")).toBe(texts.join(""));
      }),
      { numRuns: 50 },
    );
  });

  it("and copies the bytes, so that they may be used again", async () => {
    const file = join(folder, "out");
    const output = createOutput({ fd: openSync(file, "w") });
    const bytes = Buffer.from("first\n");
    void output.writeBytes(bytes);
    bytes.fill("x");
    await output.flush();
    expect(readFileSync(file, "utf8")).toBe("first\n");
  });
});

describe("an emitter relays finished lines", () => {
  const identity = {
    tool: "tool",
    toolVersion: "1.0.0",
    schemaName: "dev.aomori.test.events",
    schemaVersion: "1.0.0",
    command: "go",
  };

  it("between meta and summary, and counts them as told", async () => {
    const file = join(folder, "out");
    const emitter = createEmitter({ identity, fd: openSync(file, "w") });
    await emitter.meta();
    await emitter.emit({ type: "row" });
    await emitter.relay(Buffer.from('{"type":"a"}\n{"type":"b"}\n'), 2);
    await emitter.summary();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      "aoi:meta",
      "row",
      "a",
      "b",
      "aoi:summary",
    ]);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ ok: true, count: 3 });
  });

  it("and nothing outside of them", async () => {
    const emitter = createEmitter({ identity, fd: openSync(join(folder, "out"), "w") });
    const line = Buffer.from('{"type":"a"}\n');
    await expect(emitter.relay(line, 1)).rejects.toMatchObject({ code: "EVENT_BEFORE_META" });
    await emitter.meta();
    await emitter.summary();
    await expect(emitter.relay(line, 1)).rejects.toMatchObject({ code: "EVENT_AFTER_SUMMARY" });
  });
});
