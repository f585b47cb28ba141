import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstOutput, parse, readToEnd, startTool, toolPath } from "./run-tool.ts";

const slowReader = `
const fs = require("node:fs");
const buffer = Buffer.alloc(65536);
const pause = new Int32Array(new SharedArrayBuffer(4));
let newlines = 0, tail = "";
for (let n; (n = fs.readSync(0, buffer)) > 0; ) {
  const text = buffer.toString("latin1", 0, n);
  newlines += text.split("\\n").length - 1;
  tail = (tail + text).slice(-400);
  Atomics.wait(pause, 0, 0, 3);
}
console.log(JSON.stringify({ newlines, last: tail.trimEnd().split("\\n").at(-1) }));
`;
let folder: string;
let readerPath: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
  readerPath = join(folder, "slow-reader.cjs");
  writeFileSync(readerPath, slowReader);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the tool into a reader through a kernel pipe made by the shell; prints the tool's status last. */
function pipeline(mode: string, count: number, reader: string) {
  const script = `"$0" --conditions=aomori-source "$1" ${mode} ${count} | ${reader}; echo "\${PIPESTATUS[0]}"`;
  return spawnSync("bash", ["-c", script, process.execPath, toolPath, readerPath], {
    encoding: "utf8",
  });
}

describe("a slow reader", () => {
  it.each(["exit-after-summary", "exit-in-mid-stream", "awaited", "throw"])(
    "gets all of 20,000 events and the summary: %s",
    (mode) => {
      const { stdout, stderr } = pipeline(mode, 20_000, '"$0" "$2"');
      const [report, status] = stdout.trim().split("\n");
      const { newlines, last } = parse(report);
      const honest = mode === "awaited" || mode === "exit-after-summary";
      expect(newlines).toBe(1 + 20_000 + (honest ? 1 : 2));
      expect(parse(String(last))).toMatchObject({
        type: "aoi:summary",
        ok: honest,
        count: 20_000,
      });
      expect({ status, stderr }).toEqual({ status: honest ? "0" : "70", stderr: "" });
    },
  );

  it("gets all of them through a socket too", async () => {
    const ended = await readToEnd(startTool("exit-after-summary", 20_000), 2);
    expect(ended.lines).toHaveLength(20_002);
    expect(parse(ended.lines.at(-1))).toMatchObject({ ok: true, count: 20_000 });
  });

  it("stalls the tool and not its event loop", async () => {
    const child = startTool("alive");
    const said = await new Promise((resolve) => child.stderr?.once("data", resolve));
    expect(String(said)).toBe("alive\n");
    child.kill("SIGKILL");
    child.stdout?.destroy();
    await new Promise((resolve) => child.once("exit", resolve));
  });

  it("that has stopped for good does not keep a tool that awaits nothing from dying of a signal", async () => {
    const child = startTool("exit-in-mid-stream", 2_000_000);
    await firstOutput(child);
    // One that comes before the tool blocks is heeded by an event loop that never comes round; a later one kills.
    const timer = setInterval(() => child.kill("SIGTERM"), 100);
    await new Promise((resolve) => child.once("exit", resolve));
    clearInterval(timer);
    expect(child.signalCode).toBe("SIGTERM");
    child.stdout?.destroy();
  });

  it("that has stopped for good does not outlive a signal's grace", async () => {
    const child = startTool("awaited", 200_000);
    await firstOutput(child);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedAtMs = performance.now();
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(performance.now() - startedAtMs).toBeLessThan(1500);
    expect(child.exitCode).toBe(143);
    child.stdout?.destroy();
  });
});

describe("a closed reader", () => {
  it.each(["exit-after-summary", "awaited", "pump", "exit-in-mid-stream"])(
    "is exit 141 without a word: %s",
    (mode) => {
      const { stdout, stderr } = pipeline(mode, 20_000, "head -n 1");
      const [meta, status] = stdout.trim().split("\n");
      expect(parse(meta)).toMatchObject({ type: "aoi:meta" });
      expect({ status, stderr }).toEqual({ status: "141", stderr: "" });
    },
  );

  it("is exit 141 when it never read at all", () => {
    const { stdout, stderr } = pipeline("awaited", 20_000, "true");
    expect({ stdout, stderr }).toEqual({ stdout: "141\n", stderr: "" });
  });
});

describe("a descriptor that cannot be written", () => {
  it.runIf(process.platform === "linux")("is exit 74 when the disk is full", () => {
    const script = '"$0" --conditions=aomori-source "$1" awaited 100 > /dev/full';
    expect(spawnSync("bash", ["-c", script, process.execPath, toolPath]).status).toBe(74);
  });
});

it("hands over an event at once while the tool computes", async () => {
  const child = spawn(process.execPath, ["--conditions=aomori-source", toolPath, "computes"], {
    env: { ...process.env, AOI_TEST_FOLDER: folder },
  });
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const got = text.split("\n").slice(0, -1).map(parse);
    for (const { type, n } of got) {
      if (type === "row") writeFileSync(join(folder, `got-${String(n)}`), "");
    }
  }
  expect(parse(text.trimEnd().split("\n").at(-1))).toMatchObject({ ok: true, count: 4 });
});

it("hands over an event within 30 ms while the tool idles", async () => {
  const child = spawn(process.execPath, ["--conditions=aomori-source", toolPath, "ticks"]);
  const delays: number[] = [];
  let rest = "";
  for await (const chunk of child.stdout) {
    const receivedAtMs = performance.timeOrigin + performance.now();
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const event of lines.map(parse)) {
      if (event["type"] === "tick") delays.push(receivedAtMs - Number(event["n"]));
    }
  }
  expect(delays).toHaveLength(5);
  // The promise is 10 ms; the best of five leaves room for a busy machine.
  expect(Math.min(...delays)).toBeLessThan(30);
});
