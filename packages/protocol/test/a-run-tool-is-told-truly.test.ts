import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StreamEvent } from "@aomori/protocol";
import type { RunToolOptions } from "@aomori/protocol/run-tool";
import { runTool } from "@aomori/protocol/run-tool";
import { toolPath } from "./run-tool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tool = (mode: string, count = 0): string[] => [
  process.execPath,
  "--conditions=aomori-source",
  toolPath,
  mode,
  String(count),
];
const shell = (script: string): string[] => ["sh", "-c", script, "sh", folder];
const meta = `echo '{"type":"aoi:meta","aoi_version":"0.2"}'`;
const good = `echo '{"type":"aoi:summary","ok":true,"count":0}'`;
const bad = `echo '{"type":"aoi:summary","ok":false,"count":0}'`;

async function types(argv: string[], options?: RunToolOptions): Promise<string[]> {
  const seen: string[] = [];
  try {
    for await (const event of runTool(argv, options)) seen.push(event.type);
  } catch (error) {
    seen.push(String(Object(error).code));
  }
  return seen;
}

const pidIn = (name: string): number => Number(readFileSync(join(folder, name), "utf8"));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("a tool that is run", () => {
  it("gives its events and how it ended", async () => {
    await using run = runTool(tool("awaited", 3));
    const events: StreamEvent[] = [];
    for await (const event of run) events.push(event);
    expect(events.map((event) => event.type)).toEqual([
      "aoi:meta",
      "row",
      "row",
      "row",
      "aoi:summary",
    ]);
    expect(await run.result()).toMatchObject({ exitCode: 0, summary: { ok: true, count: 3 } });
  });

  it("gives its events as they come", async () => {
    const script = `${meta}; while [ ! -e "$1/go" ]; do sleep 0.02; done; ${good}`;
    const run = runTool(shell(script), { stdin: { text: "" } });
    const events = run[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "aoi:meta" });
    await import("node:fs/promises").then(({ writeFile }) => writeFile(join(folder, "go"), ""));
    expect(await run.result()).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ["a missing summary", `${meta}; echo oops >&2; exit 3`, "STREAM_WITHOUT_SUMMARY"],
    ["silence", "exit 0", "STREAM_WITHOUT_SUMMARY"],
    ["a death by signal", `${meta}; kill -9 $$`, "TOOL_KILLED"],
    ["a death by signal after the summary", `${meta}; ${good}; kill -9 $$`, "TOOL_KILLED"],
    ["prose on standard output", `${meta}; echo hello; ${good}`, "MALFORMED_LINE"],
    ["a failure", `${meta}; ${bad}; exit 1`, "TOOL_FAILED"],
    ["a failure with status 0", `${meta}; ${bad}`, "EXIT_DISAGREES"],
    ["a success with status 4", `${meta}; ${good}; exit 4`, "EXIT_DISAGREES"],
    ["a summary without ok", `${meta}; echo '{"type":"aoi:summary"}'`, "MALFORMED_SUMMARY"],
  ])("never calls %s a success", async (_name, script, code) => {
    expect((await types(shell(script))).at(-1)).toBe(code);
    await expect(runTool(shell(script)).result()).rejects.toMatchObject({ code });
  });

  it("tells status, signal and the end of standard error with the failure", async () => {
    const script = `${meta}; echo first >&2; echo 'no such table' >&2; exit 3`;
    await expect(runTool(shell(script)).result()).rejects.toMatchObject({
      message: expect.stringMatching(/sh: .*status 3; its last words: no such table/),
      details: { exit_code: 3, stderr: "first\nno such table\n" },
    });
    const failed = `${meta}; echo '{"type":"aoi:error","code":"GONE","category":"not_found","message":"row 7","retryable":false}'; ${bad}; exit 66`;
    await expect(runTool(shell(failed)).result()).rejects.toMatchObject({
      code: "TOOL_FAILED",
      category: "not_found",
      message: expect.stringContaining("GONE, row 7"),
    });
  });

  it("may fail without an exception when asked to", async () => {
    const lenient = { requireOk: false, exitFollowsSummary: false };
    const result = await runTool(shell(`${meta}; ${bad}`), lenient).result();
    expect(result).toMatchObject({ exitCode: 0, summary: { ok: false } });
  });

  it("that is not there is told before anything runs", async () => {
    expect(await types(["no-such-tool-of-ours"])).toEqual(["COMMAND_NOT_FOUND"]);
    expect(await types([join(folder, "nothing")])).toEqual(["COMMAND_NOT_FOUND"]);
  });

  it("gets what it is to read, and only the environment it needs", async () => {
    const echo = `${meta}; read -r line; printf '{"type":"read","line":"%s","home":"%s","secret":"%s","given":"%s"}\\n' "$line" "$HOME" "$AOMORI_TEST_TMPDIR" "$GIVEN"; ${good}`;
    async function* pieces() {
      yield "hel";
      yield Buffer.from("lo\n");
    }
    const run = runTool(shell(echo), { stdin: pieces(), env: { GIVEN: "yes", HOME: "/here" } });
    const events: StreamEvent[] = [];
    for await (const event of run) events.push(event);
    expect(events[1]).toEqual({
      type: "read",
      line: "hello",
      home: "/here",
      secret: "",
      given: "yes",
    });
  });
});

describe("a tool that does not end", () => {
  const stubborn = `trap '' TERM; (trap '' TERM; echo $$ >"$1/pid"; sleep 60) & ${meta}; echo $$ >"$1/leader"; while :; do sleep 60; done`;

  it("is killed with its whole group at the deadline, also when it ignores TERM", async () => {
    const options = { deadlineMs: 300, killGraceMs: 100 };
    const seen = await types(shell(stubborn), options);
    expect(seen).toEqual(["aoi:meta", "TOOL_TIMED_OUT"]);
    await untilGone(pidIn("pid"));
    expect(isAlive(pidIn("leader"))).toBe(false);
  });

  it("is killed when its caller aborts", async () => {
    const stop = new AbortController();
    const run = runTool(shell(stubborn), { signal: stop.signal, killGraceMs: 50 });
    const events = run[Symbol.asyncIterator]();
    await events.next();
    stop.abort(new Error("enough"));
    await expect(events.next()).rejects.toMatchObject({
      code: "CANCELLED",
      category: "cancelled",
    });
    await untilGone(pidIn("leader"));
  });

  it("is killed when its caller leaves the loop", async () => {
    for await (const event of runTool(shell(stubborn), { killGraceMs: 50 })) {
      expect(event.type).toBe("aoi:meta");
      break;
    }
    await untilGone(pidIn("leader"));
  });

  it("is killed when its caller is killed", async () => {
    const script = `import { runTool } from "@aomori/protocol/run-tool";
      for await (const e of runTool(["sh", "-c", ${JSON.stringify(stubborn)}, "sh", ${JSON.stringify(folder)}])) console.log(e.type);`;
    const caller = spawn(
      process.execPath,
      ["--conditions=aomori-source", "--input-type=module", "-e", script],
      { stdio: ["ignore", "pipe", "inherit"], cwd: import.meta.dirname },
    );
    await new Promise((resolve) => caller.stdout.once("data", resolve));
    await until(() => existsSync(join(folder, "leader")) && pidIn("leader") > 0);
    caller.kill("SIGKILL");
    await untilGone(pidIn("leader"));
  });

  it("but left its summary and a descendant behind is done all the same", async () => {
    const script = `${meta}; setsid sh -c 'echo $$ >"$0/pid"; exec sleep 60' "$1" & while [ ! -s "$1/pid" ]; do sleep 0.01; done; ${good}`;
    const result = await runTool(shell(script)).result();
    expect(result).toMatchObject({ exitCode: 0, summary: { ok: true } });
    process.kill(pidIn("pid"), "SIGKILL");
  });
});

describe("the limits of a run", () => {
  const flood = `${meta}; while :; do echo '{"type":"row"}'; done`;

  it("stop a tool that says too much", async () => {
    const events = await types(shell(flood), { limits: { maxEvents: 5 } });
    expect(events).toEqual(["aoi:meta", "row", "row", "row", "row", "TOOL_OUTPUT_LIMIT"]);
    const bytes = await types(shell(flood), { limits: { maxBytes: 100_000 } });
    expect(bytes.at(-1)).toBe("TOOL_OUTPUT_LIMIT");
  });

  it("keep the end of a long standard error", async () => {
    const script = `${meta}; i=0; while [ $i -lt 5000 ]; do echo "line $i" >&2; i=$((i+1)); done; ${good}`;
    const { stderr, stderrTruncated } = await runTool(shell(script), {
      limits: { maxStderrBytes: 100 },
    }).result();
    expect(stderrTruncated).toBe(true);
    expect(stderr).toHaveLength(100);
    expect(stderr.endsWith("line 4999\n")).toBe(true);
  });
});
