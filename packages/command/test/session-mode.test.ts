import { afterEach, describe, expect, it } from "vitest";
import { events, nodeArgs, shelf } from "./run-shelf.ts";
import { SessionClient } from "./session-client.ts";

const clients: SessionClient[] = [];
const open = (): SessionClient => {
  const client = new SessionClient(process.execPath, [...nodeArgs, "--mode", "session"]);
  clients.push(client);
  return client;
};
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
});

/** Without what differs between any two runs: times and signs of life. */
const steady = (all: readonly Record<string, unknown>[]) =>
  all
    .filter(({ type }) => type !== "aoi:heartbeat")
    .map(({ elapsed_ms: _elapsed, ...rest }) => rest);

const requests: [string, Record<string, unknown>, string[]][] = [
  ["item list", {}, []],
  ["item list", { limit: 2 }, ["--limit", "2"]],
  ["item list", { cursor: "2" }, ["--cursor", "2"]],
  ["item show", { id: "ITM-1" }, ["ITM-1"]],
  ["item show", { id: "ITM-9" }, ["ITM-9"]],
  ["item show", {}, []],
  ["item delete", { id: "ITM-1" }, ["ITM-1"]],
  ["item delete", { id: "ITM-1", yes: true }, ["ITM-1", "--yes"]],
  ["item delete", { id: "ITM-1", dry_run: true }, ["ITM-1", "--dry-run"]],
  ["item count", { count: 40, limit: 30 }, ["--count", "40", "--limit", "30"]],
  ["item deaf", { timeout_ms: 30 }, ["--timeout", "30ms"]],
  ["item throw", {}, []],
  ["item check", {}, []],
  ["item draw", {}, []],
  ["item wide", {}, []],
  ["item secret", {}, []],
  ["capabilities", {}, []],
  ["schema", { command: "item show" }, ["--command", "item show"]],
  ["completion", { shell: "bash" }, ["bash"]],
];

describe("a session", () => {
  it("gives for every request the events of a batch run, all of them at once", async () => {
    const client = open();
    expect((await client.initialize()).result).toMatchObject({
      tool: "shelf",
      tool_version: "1.2.3",
      protocol_version: "0.3",
      capabilities: { wire_formats: ["jsonl"], cancel: true, credit: true },
    });
    const started = requests.map(([name, params]) => client.start(name, params));
    const answers = await Promise.all(started.map(({ answer }) => answer));
    for (const [index, [name, , argv]] of requests.entries()) {
      const batch = events((await shelf(...name.split(" "), ...argv, "--format", "jsonl")).stdout);
      const { result, error } = answers[index] ?? {};
      const summary = (result ?? error?.data["summary"]) as Record<string, unknown>;
      const id = started[index]?.id;
      const inSession = [...client.events(id), summary];
      expect(steady(inSession), name).toEqual(steady(batch));
      if (error === undefined) continue;
      const { type: _type, ...told } = batch.findLast(({ type }) => type === "aoi:error") ?? {};
      expect(error.data["error"]).toEqual(told);
      expect(error.message).toBe(told["message"]);
    }
    expect(await client.end()).toBe(0);
    expect(client.stderr).toContain("[redacted]");
  });

  it("answers requests out of order, and cancels one of many", async () => {
    const client = open();
    await client.initialize();
    const watched = client.start("item watch");
    await client.until(() => client.events(watched.id).length > 3);
    expect((await client.request("item show", { id: "ITM-2" })).result).toMatchObject({ ok: true });
    client.notify("$/cancel", { request_id: watched.id });
    const { error } = await watched.answer;
    expect(error).toMatchObject({ code: -32_800, data: { error: { category: "cancelled" } } });
    const summary = error?.data["summary"] as { count: number };
    const told = client.events(watched.id).filter((event) => event["type"] === "item.counted");
    expect(summary).toMatchObject({ ok: false, partial: true, count: told.length });
  });

  it("sends no more events than a client gave credit for", async () => {
    const client = open();
    await client.initialize({ initial_credit: 3 });
    const counted = client.start("item count", { count: 10 });
    const types = () => client.events(counted.id).map((event) => event["n"]);
    await client.until(() => types().length === 3);
    // Another request has credit of its own, and its answer shows that nothing else was on its way.
    expect((await client.request("item show", { id: "ITM-1" })).result).toMatchObject({ ok: true });
    expect(types()).toEqual([undefined, 0, 1]);
    client.notify("$/credit", { request_id: counted.id, events: 2 });
    await client.until(() => types().length === 5);
    client.notify("$/credit", { events: 100 });
    expect((await counted.answer).result).toMatchObject({ ok: true, count: 10 });
    const late = client.start("item count", { count: 500, timeout_ms: 100 });
    expect((await late.answer).error?.data["error"]).toMatchObject({ code: "TIMEOUT" });
    const starved = client.start("item count", { count: 500 });
    await client.until(() => client.events(starved.id).length === 3);
    client.notify("$/cancel", { request_id: starved.id });
    expect((await starved.answer).error?.data["error"]).toMatchObject({ code: "CANCELLED" });
  });

  it("refuses what it cannot read and goes on", async () => {
    const client = open();
    client.write("not json\n[]\n{}\n\u00ff\n");
    client.write(`{"jsonrpc":"2.0","id":"long","method":"${"x".repeat(9_000_000)}"}\n`);
    client.write('{"jsonrpc":"2.0","id":"p","method":"item show","params":[1]}\n');
    await client.until(() => client.answers.length === 6);
    expect(client.answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [null, -32_700],
      [null, -32_600],
      [null, -32_600],
      [null, -32_700],
      [null, -32_700],
      ["p", -32_600],
    ]);
    expect((await client.request("item list")).error).toMatchObject({
      code: -32_002,
      data: { error: { code: "NOT_INITIALIZED", category: "usage" } },
    });
    await client.initialize();
    expect((await client.request("item shw")).error).toMatchObject({
      code: -32_601,
      message: `unknown command "item shw". Did you mean "item show"?`,
    });
    expect((await client.request("item show", { idd: "ITM-1" })).error).toMatchObject({
      code: -32_602,
      data: { error: { code: "UNKNOWN_FIELD" }, summary: { ok: false } },
    });
    expect((await client.request("item count", { count: "many" })).error?.message).toBe(
      `count takes an integer, not "many"`,
    );
    expect((await client.request("item count", { count: 2 })).result).toMatchObject({ ok: true });
  });

  it("takes so many requests at once, each by an id of its own", async () => {
    const client = open();
    const { result = {} } = await client.initialize();
    const { max_requests: most } = result["capabilities"] as { max_requests: number };
    const deaf = Array.from({ length: most }, () => client.start("item deaf"));
    expect((await client.request("item list")).error).toMatchObject({
      data: { error: { code: "TOO_MANY_REQUESTS", retryable: true } },
    });
    client.write(`${JSON.stringify({ jsonrpc: "2.0", id: deaf[0]?.id, method: "item list" })}\n`);
    expect((await deaf[0]?.answer)?.error?.data["error"]).toMatchObject({ code: "DUPLICATE_ID" });
    for (const { id } of deaf) client.notify("$/cancel", { request_id: id });
    await Promise.all(deaf.map(({ answer }) => answer));
    expect((await client.request("item list")).result).toMatchObject({ ok: true });
  });

  it("ends cleanly by shutdown and by the end of the input, every request answered", async () => {
    const client = open();
    await client.initialize();
    const watched = client.start("item watch");
    await client.until(() => client.events(watched.id).length > 0);
    const shutdown = client.start("shutdown");
    const late = client.start("item list");
    expect((await watched.answer).error?.data["error"]).toMatchObject({ category: "cancelled" });
    expect((await late.answer).error?.data["error"]).toMatchObject({ code: "SHUTTING_DOWN" });
    expect(await shutdown.answer).toMatchObject({ result: null });
    expect(await client.exit()).toBe(0);

    const other = open();
    await other.initialize();
    const cut = other.start("item watch");
    await other.until(() => other.events(cut.id).length > 0);
    expect(await other.end()).toBe(0);
    expect((await cut.answer).error?.data["summary"]).toMatchObject({ ok: false, partial: true });
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("answers every request on %s", async (signal, status) => {
    const client = open();
    await client.initialize();
    const watched = client.start("item watch");
    const deaf = client.start("item deaf");
    await client.until(() => client.events(watched.id).length > 1);
    client.child.kill(signal);
    expect(await client.exit()).toBe(status);
    for (const { answer } of [watched, deaf]) {
      expect((await answer).error?.data["error"]).toMatchObject({ code: "INTERRUPTED" });
    }
  });

  it.each([
    ["a bug in a callback", "item crash", "INTERNAL"],
    ["an exit in the middle", "item exit", "ENDED_EARLY"],
  ])("answers every request before %s ends it", async (_name, method, code) => {
    const client = open();
    await client.initialize();
    const watched = client.start("item watch");
    await client.until(() => client.events(watched.id).length > 1);
    const fatal = client.start(method);
    expect(await client.exit()).toBe(70);
    for (const { answer } of [watched, fatal]) {
      expect((await answer).error?.data["error"]).toMatchObject({ code });
    }
  });
});

describe("--mode session", () => {
  it("stands alone before any command", async () => {
    const behind = await shelf("--mode", "session", "item", "list");
    expect(behind.status).toBe(64);
    expect(behind.stdout).toContain("UNEXPECTED_ARGUMENT");
    const after = await shelf("item", "list", "--mode", "session");
    expect(after.stderr).toContain('"--mode session" stands before any command');
    const nothing = await shelf("--quiet", "--mode=session", "--no-color");
    expect(nothing).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
