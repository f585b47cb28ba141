import { describe, expect, it } from "vitest";
import { firstOutput, parse, readToEnd, startTool } from "./run-tool.ts";

describe("a stream always ends in an honest summary", () => {
  it.each([
    ["exit-in-mid-stream", 70, "ENDED_EARLY", "status 0"],
    ["exit-3", 3, "ENDED_EARLY", "status 3"],
    ["empty-loop", 13, "ENDED_EARLY", "status 13"],
    ["throw", 70, "INTERNAL", "boom"],
    ["reject", 70, "INTERNAL", "nobody waits"],
    ["misuse", 70, "RESERVED_TYPE", "aoi:summary"],
  ])("%s", async (mode, status, code, text) => {
    const ended = await readToEnd(startTool(mode, 10));
    expect(ended.status).toBe(status);
    expect(ended.lines).toHaveLength(1 + 10 + 2);
    expect(parse(ended.lines[0])).toMatchObject({ type: "aoi:meta", aoi_version: "0.2" });
    const error = parse(ended.lines.at(-2));
    expect(error).toMatchObject({ type: "aoi:error", code, retryable: false });
    expect(error["message"]).toContain(text);
    expect(parse(ended.lines.at(-1))).toMatchObject({
      type: "aoi:summary",
      ok: false,
      partial: true,
      count: 10,
      error_count: 1,
    });
  });

  it("also when the process exits before meta", async () => {
    const ended = await readToEnd(startTool("no-meta"));
    expect(ended.lines.map((line) => parse(line)["type"])).toEqual([
      "aoi:meta",
      "aoi:error",
      "aoi:summary",
    ]);
    expect(ended.status).toBe(70);
  });

  it("and never with status 0 after ok: false", async () => {
    const ended = await readToEnd(startTool("fails-with-0", 2));
    expect(ended.status).toBe(1);
    expect(parse(ended.lines.at(-1))).toMatchObject({ type: "aoi:summary", ok: false, count: 2 });
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("on %s", async (signal, status) => {
    const child = startTool("wait", 5);
    await firstOutput(child);
    child.kill(signal);
    const ended = await readToEnd(child);
    expect(ended).toMatchObject({ status, signal: null, stderr: "" });
    expect(parse(ended.lines.at(-2))).toMatchObject({
      type: "aoi:error",
      category: "cancelled",
      code: "INTERRUPTED",
    });
    expect(parse(ended.lines.at(-1))).toMatchObject({ ok: false, partial: true, count: 5 });
  });

  it("in the middle of a stream that never pauses", async () => {
    const child = startTool("pump");
    await firstOutput(child);
    const all = readToEnd(child);
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGTERM");
    const ended = await all;
    expect(ended.status).toBe(143);
    const summary = parse(ended.lines.at(-1));
    expect(summary).toMatchObject({
      type: "aoi:summary",
      ok: false,
      count: ended.lines.length - 3,
    });
  });

  it("written by the tool itself when it stops in time", async () => {
    const child = startTool("graceful", 1);
    await firstOutput(child);
    child.kill("SIGTERM");
    const ended = await readToEnd(child);
    expect(ended.status).toBe(143);
    expect(parse(ended.lines.at(-1))).toMatchObject({ ok: false, cleaned: true });
  });

  it("forced when the tool does not stop in its grace", async () => {
    const child = startTool("ignores-signal", 1);
    await firstOutput(child);
    const startedAtMs = performance.now();
    child.kill("SIGTERM");
    const ended = await readToEnd(child);
    expect(performance.now() - startedAtMs).toBeGreaterThan(1400);
    expect(ended.status).toBe(143);
    expect(parse(ended.lines.at(-1))).toMatchObject({ type: "aoi:summary", ok: false });
  });

  it("and at once on the second signal, exactly once", async () => {
    const child = startTool("ignores-signal", 1);
    await firstOutput(child);
    const startedAtMs = performance.now();
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const ended = await readToEnd(child);
    expect(performance.now() - startedAtMs).toBeLessThan(1200);
    expect(ended.status).toBe(130);
    expect(ended.lines.filter((line) => line.includes("aoi:summary"))).toHaveLength(1);
  });
});
