import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, toolPath } from "../run-tool.ts";
import { bundledTool } from "./bundled-tool.ts";

/** Counts lines and keeps the last, pausing after every read for as many milliseconds as it is told. */
const readerSource = `
const fs = require("node:fs");
const buffer = Buffer.alloc(65536);
const pause = new Int32Array(new SharedArrayBuffer(4));
const pauseMs = Number(process.argv[2]);
let newlines = 0, tail = "";
for (let n; (n = fs.readSync(0, buffer)) > 0; ) {
  for (let at = buffer.indexOf(10); at !== -1 && at < n; at = buffer.indexOf(10, at + 1)) newlines += 1;
  tail = (tail + buffer.latin1Slice(Math.max(0, n - 400), n)).slice(-400);
  if (pauseMs > 0) Atomics.wait(pause, 0, 0, pauseMs);
}
console.log(JSON.stringify({ newlines, last: tail.trimEnd().split("\\n").at(-1) }));
`;

let folder: string;
let tool: string;
let reader: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
  tool = bundledTool(toolPath, folder);
  reader = join(folder, "reader.cjs");
  writeFileSync(reader, readerSource);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Flood {
  readonly newlines: number;
  readonly last: Record<string, unknown>;
  readonly status: number;
  readonly peakMiB: number;
}

async function flood(mode: string, count: number, pauseMs: number): Promise<Flood> {
  const script = `AOI_TEST_PEAK=1 "$0" "$1" ${mode} ${count} | "$0" "$2" ${pauseMs}; echo "\${PIPESTATUS[0]}"`;
  const child = spawn("bash", ["-c", script, process.execPath, tool, reader]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  await new Promise((resolve) => child.once("close", resolve));
  const [report, status] = stdout.trim().split("\n");
  const { newlines, last } = parse(report);
  return {
    newlines: Number(newlines),
    last: parse(String(last)),
    status: Number(status),
    peakMiB: Number(stderr) / 1024,
  };
}

describe("an immediate process.exit after", () => {
  it.each([20_000, 2_000_000])("%i events loses none, nor the summary", async (count) => {
    const { newlines, last, status } = await flood("exit-after-summary", count, 0);
    expect({ newlines, status }).toEqual({ newlines: count + 2, status: 0 });
    expect(last).toMatchObject({ type: "aoi:summary", ok: true, count });
  });

  it("2,000,000 events without a summary loses none either, and says what happened", async () => {
    const count = 2_000_000;
    const { newlines, last, status } = await flood("exit-in-mid-stream", count, 0);
    expect({ newlines, status }).toEqual({ newlines: count + 3, status: 70 });
    expect(last).toMatchObject({ type: "aoi:summary", ok: false, partial: true, count });
  });
});

describe("2,000,000 events into a slow reader", () => {
  it.each(["awaited", "exit-after-summary"])("take under 160 MB: %s", async (mode) => {
    const { newlines, last, status, peakMiB } = await flood(mode, 2_000_000, 1);
    expect({ newlines, status }).toEqual({ newlines: 2_000_002, status: 0 });
    expect(last).toMatchObject({ type: "aoi:summary", ok: true, count: 2_000_000 });
    expect(peakMiB).toBeGreaterThan(30);
    expect((peakMiB * 1024 * 1024) / 1e6).toBeLessThan(160);
  });
});
