import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { events, shelf, shelfInto, shelfProcess, startShelf } from "./run-shelf.ts";

/** What ends the process itself cannot run inside the test's. */
const ending = ["exit", "crash"];
const jsonl = async (...argv: string[]) => {
  const run = ending.includes(argv[1] ?? "") ? shelfProcess : shelf;
  const { status, stdout, stderr } = await run(...argv, "--format", "jsonl");
  return { status, stderr, events: events(stdout) };
};

describe("a jsonl stream", () => {
  it.each([
    ["an unknown command", ["item", "shw"], 64, "UNKNOWN_COMMAND"],
    ["no command", [], 64, "MISSING_COMMAND"],
    ["an unknown flag", ["item", "show", "--bogus"], 64, "UNKNOWN_FLAG"],
    ["a missing argument", ["item", "show"], 64, "MISSING_ARGUMENT"],
    ["a missing resource", ["item", "show", "ITM-9"], 66, "ITEM_NOT_FOUND"],
    ["an unconfirmed deletion", ["item", "delete", "ITM-1"], 64, "CONFIRMATION_REQUIRED"],
    ["a bug", ["item", "throw"], 70, "INTERNAL"],
    ["a bug in a callback", ["item", "crash"], 70, "INTERNAL"],
    ["an exit in the middle", ["item", "exit"], 70, "ENDED_EARLY"],
    ["a time-out", ["item", "deaf", "--timeout", "50ms"], 124, "TIMEOUT"],
  ])("ends honestly after %s", async (_name, argv, status, code) => {
    const ran = await jsonl(...argv);
    expect(ran.status).toBe(status);
    expect(ran.events[0]).toMatchObject({ type: "aoi:meta", tool: "shelf", tool_version: "1.2.3" });
    expect(ran.events.at(-2)).toMatchObject({ type: "aoi:error", code });
    expect(ran.events.at(-1)).toMatchObject({ type: "aoi:summary", ok: false, error_count: 1 });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends honestly on %s", async (signal) => {
    const child = startShelf("item", "watch", "--format", "jsonl");
    let stdout = "";
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    for await (const chunk of child.stdout ?? []) {
      stdout += String(chunk);
      if (!child.killed && stdout.includes('"n":3')) child.kill(signal);
    }
    if (child.exitCode === null) await once(child, "exit");
    const all = events(stdout);
    expect(child.exitCode).toBe(signal === "SIGTERM" ? 143 : 130);
    expect(stderr).toBe("");
    expect(all.at(-2)).toMatchObject({ type: "aoi:error", category: "cancelled" });
    expect(all.at(-1)).toMatchObject({ ok: false, partial: true, count: all.length - 3 });
  });

  it("ends within its grace although the handler ignores the signal", async () => {
    const child = startShelf("item", "deaf", "--format", "jsonl");
    if (child.stdout === null) throw new Error("no stdout");
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    await once(child.stdout, "data");
    const startedAtMs = performance.now();
    child.kill("SIGTERM");
    await once(child, "close");
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    expect(child.exitCode).toBe(143);
    expect(events(stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: false });
  });

  it("lets a stream tidy up although an event and the signal came together", async () => {
    const child = startShelf("item", "tidy", "--format", "jsonl");
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes('"n":0')) child.kill("SIGINT");
    });
    await once(child, "close");
    expect(child.exitCode).toBe(130);
    expect(stderr).toContain("tidied up");
  });

  it("loses none of 20,000 events to a slow reader", () => {
    const reader = "(sleep 0.5; tail -n 1; )";
    const { stdout } = shelfInto(reader, "item", "count", "--count", "20000", "--format", "jsonl");
    const [last = "", status] = stdout.trim().split("\n");
    expect(JSON.parse(last)).toMatchObject({ type: "aoi:summary", ok: true, count: 20_000 });
    expect(status).toBe("0");
  });

  it("carries a page, its cursor and its bound", async () => {
    const { events: all } = await jsonl("item", "list");
    expect(all.slice(1, -1).map((event) => [event["type"], event["id"]])).toEqual([
      ["item", "ITM-1"],
      ["item", "ITM-2"],
      ["item", "ITM-3"],
    ]);
    expect(all.at(-1)).toMatchObject({
      ok: true,
      count: 3,
      truncated: true,
      next_cursor: "2",
      total: 6,
    });
    const last = (await jsonl("item", "list", "--cursor", "2")).events.at(-1);
    expect(last).toMatchObject({ truncated: false });
    expect(last).not.toHaveProperty("next_cursor");
    const cut = (await jsonl("item", "list", "--limit", "1")).events.at(-1);
    expect(cut).toMatchObject({ count: 1, truncated: true });
    expect(cut).not.toHaveProperty("next_cursor");
  });

  it("carries a plan, and changes nothing", async () => {
    const { events: all, status } = await jsonl("item", "delete", "ITM-1", "--dry-run");
    expect(all[1]).toEqual({ type: "aoi:plan", action: "delete", target: "ITM-1" });
    expect(status).toBe(0);
  });

  it("fails when a check of severity error does", async () => {
    const { events: all, status } = await jsonl("item", "check");
    expect(status).toBe(1);
    expect(all.at(-1)).toMatchObject({ ok: false, count: 2 });
  });
});

describe("a closed reader is exit 141 without a word", () => {
  it.each([
    ["jsonl", "watch"],
    ["json", "watch"],
    ["yaml", "watch"],
    ["table", "watch"],
  ])("in %s", (format, verb) => {
    const { stdout, stderr } = shelfInto("head -n 2", "item", verb, "--format", format);
    expect(stdout.trim().split("\n").at(-1)).toBe("141");
    expect(stderr).toBe("");
  });
});

it("notices a reader that leaves while it waits for an answer", () => {
  const { stdout, stderr } = shelfInto("head -n 1", "item", "deaf", "--format", "jsonl");
  expect(stdout.trim().split("\n").at(-1)).toBe("141");
  expect(stderr).toBe("");
});

it("gives signs of life in a stream alone", async () => {
  const [lines, document] = await Promise.all([
    jsonl("item", "deaf", "--timeout", "1500ms"),
    shelf("item", "deaf", "--timeout", "1500ms", "--format", "json"),
  ]);
  expect(lines.events.map(({ type }) => type)).toEqual([
    "aoi:meta",
    "aoi:heartbeat",
    "aoi:error",
    "aoi:summary",
  ]);
  expect(lines.events.at(-1)).toMatchObject({ count: 0 });
  expect(JSON.parse(document.stdout)).toMatchObject({ error: { code: "TIMEOUT" } });
});

it("has the status of the time-out it tells of, though a signal comes while it stops", async () => {
  const child = startShelf("item", "linger", "--timeout", "50ms", "--format", "jsonl");
  let stdout = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", () => child.kill("SIGINT"));
  await once(child, "close");
  expect(events(stdout).at(-2)).toMatchObject({ type: "aoi:error", code: "TIMEOUT" });
  expect(child.exitCode).toBe(124);
});
