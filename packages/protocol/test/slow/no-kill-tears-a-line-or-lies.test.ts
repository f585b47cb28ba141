import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstOutput, parse, readToEnd, toolPath } from "../run-tool.ts";
import { bundledTool } from "./bundled-tool.ts";

const rows = 12;
const boundaries = Array.from({ length: rows + 3 }, (_, n) => n);
const statuses = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;

let folder: string;
let boundaryTool: string;
let floodTool: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
  const boundarySource = new URL("../fixtures/boundary-tool.ts", import.meta.url);
  boundaryTool = bundledTool(fileURLToPath(boundarySource), folder);
  floodTool = bundledTool(toolPath, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Fails on a torn line, and on a summary that lies about the lines before it. */
function expectHonest(lines: readonly string[]): void {
  const events = lines.map(parse);
  const summary = events.at(-1);
  if (summary?.["type"] !== "aoi:summary") return;
  const received = events.filter((event) => event["type"] === "row");
  expect(summary["count"]).toBe(received.length);
  expect(received.map((event) => event["n"])).toEqual(received.map((_, n) => n));
  if (summary["ok"] === true) expect(received).toHaveLength(rows);
  else expect(summary).toMatchObject({ partial: true, error_count: 1 });
}

describe.each(["queued", "flushed"])("a tool whose events are %s", (how) => {
  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "%s at every boundary: no torn line, no lie",
    async (signal) => {
      for (const boundary of boundaries) {
        const argv = [boundaryTool, signal, String(boundary), String(rows), how];
        const ended = await readToEnd(spawn(process.execPath, argv));
        const last = parse(ended.lines.at(-1) ?? "{}")["type"];
        expectHonest(ended.lines);
        expect(ended.stderr).toBe("");
        if (signal === "SIGKILL") {
          expect({ signal: ended.signal, status: ended.status }).toEqual({ signal, status: null });
          if (boundary < rows + 2) expect(last).not.toBe("aoi:summary");
          if (how === "flushed") expect(ended.lines).toHaveLength(boundary);
        } else {
          expect({ boundary, last, status: ended.status }).toEqual({
            boundary,
            last: "aoi:summary",
            status: statuses[signal],
          });
        }
      }
    },
  );
});

describe("a reader that goes away", () => {
  it.each([1, 2, 3, 5, 8, 13, 100, 1000])("after %i lines is exit 141 without a word", (count) => {
    const script = `"$0" "$1" awaited 20000 | head -n ${count}; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, floodTool], {
      encoding: "utf8",
    });
    const lines = stdout.trimEnd().split("\n");
    expect({ status: lines.pop(), stderr }).toEqual({ status: "141", stderr: "" });
    expect(lines.map((line) => parse(line)["type"])).toHaveLength(count);
  });
});

/** Everything that is in the pipe, once no writer is left. */
function drain(fd: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const size = readSync(fd, chunk);
    if (size === 0) return Buffer.concat(chunks).toString();
    chunks.push(chunk.subarray(0, size));
  }
}

describe("a tool killed while its reader does not read", () => {
  it("leaves only whole lines in a pipe", async () => {
    const path = join(folder, "pipe");
    execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const child = spawn(process.execPath, [floodTool, "awaited", "200000"], {
      stdio: ["ignore", writeEnd, "inherit"],
    });
    closeSync(writeEnd);
    const first = Buffer.alloc(1);
    await untilReadable(readEnd, first);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const text = first.toString() + drain(readEnd);
    closeSync(readEnd);
    expect(text.length).toBeGreaterThan(30_000);
    expect(text.endsWith("\n")).toBe(true);
    const types = text
      .trimEnd()
      .split("\n")
      .map((line) => parse(line)["type"]);
    expect(types[0]).toBe("aoi:meta");
    expect(new Set(types.slice(1))).toEqual(new Set(["row"]));
  });

  it("leaves only whole lines in a socket", async () => {
    const child = spawn(process.execPath, [floodTool, "awaited", "200000"]);
    await firstOutput(child);
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGKILL");
    const ended = await readToEnd(child);
    expect(ended.signal).toBe("SIGKILL");
    expect(ended.lines.length).toBeGreaterThan(100);
    expect(parse(ended.lines.at(-1))).toMatchObject({ type: "row", n: ended.lines.length - 2 });
  });
});

async function untilReadable(fd: number, into: Buffer): Promise<void> {
  for (;;) {
    try {
      if (readSync(fd, into) > 0) return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
