import { beforeAll, describe, expect, it } from "vitest";
import { spawnHost } from "../dispatch/dispatching.ts";
import { installPlugin, newFolder } from "../dispatch/installing.ts";

const mebibyte = 1024 * 1024;

/** `flood lines COUNT` writes lines of 85 bytes, `flood bytes COUNT` one line of so many and a notification after it. */
const floodSource = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static char out[65536];
int main(int argc, char **argv) {
  long count = atol(argv[2]);
  setvbuf(stdout, out, _IOFBF, sizeof out);
  if (strcmp(argv[1], "lines") == 0) {
    for (long n = 0; n < count; n += 1)
      printf("{\\"type\\":\\"notification\\",\\"n\\":%09ld,\\"name\\":\\"a line of a flood\\",\\"ok\\":true,\\"x\\":1.5}\\n", n);
  } else {
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (long left = count; left > 0; left -= sizeof block)
      fwrite(block, 1, left < (long)sizeof block ? left : sizeof block, stdout);
    printf("\\n{\\"type\\":\\"notification\\",\\"after\\":true}\\n");
  }
  return 0;
}
`;

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
  installPlugin(plugins, { name: "flood", language: "c", source: floodSource });
});

interface Flood {
  readonly status: unknown;
  readonly lines: number;
  readonly tail: string;
  readonly peakMebibytes: number;
}

/** Reads no faster than one chunk in `pauseMs`. */
async function flood(
  words: readonly string[],
  pauseMs: number,
  format = "documented",
): Promise<Flood> {
  const host = spawnHost({ plugins, format }, ["flood", ...words], { AOMORI_TEST_PEAK: "1" });
  let [lines, tail, stderr] = [0, "", ""];
  host.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  host.stdout?.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    tail = (tail + chunk.toString("latin1")).slice(-2000);
    if (pauseMs === 0) return;
    host.stdout?.pause();
    setTimeout(() => host.stdout?.resume(), pauseMs);
  });
  const status = await new Promise((resolve) => host.once("close", resolve));
  return { status, lines, tail, peakMebibytes: Number(stderr.replace("peak ", "")) / 1024 };
}

describe("memory stays bounded", () => {
  it("with three million lines and a reader that keeps up", async () => {
    const { status, lines, peakMebibytes } = await flood(["lines", "3000000"], 0);
    expect([status, lines]).toEqual([0, 3_000_002]);
    expect(peakMebibytes).toBeLessThan(100);
  });

  it("with a reader that is slow", async () => {
    const { status, lines, peakMebibytes } = await flood(["lines", "700000"], 2, "jsonl");
    expect([status, lines]).toEqual([0, 700_004]);
    expect(peakMebibytes).toBeLessThan(100);
  });

  it("with a line of 600 MB, which is cut and said to be", async () => {
    const { status, tail, peakMebibytes } = await flood(["bytes", String(600 * mebibyte)], 0);
    expect(status).toBe(0);
    expect(tail).toContain('"code":"LINE_TRUNCATED","details":{"size_bytes":629145600}');
    expect(tail).toContain('{"type":"notification","value":{"after":true}}\n{"type":"end"}\n');
    expect(peakMebibytes).toBeLessThan(128);
  });

  it("with a line just within the limit", async () => {
    const { status, tail, peakMebibytes } = await flood(["bytes", String(8 * mebibyte - 5000)], 0);
    expect(status).toBe(0);
    expect(tail).not.toContain("LINE_TRUNCATED");
    expect(peakMebibytes).toBeLessThan(200);
  });
});
