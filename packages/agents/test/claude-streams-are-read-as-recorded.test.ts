import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { ClaudeStream } from "../src/claude/claude-stream.ts";
import type { AgentSignal } from "../src/external/dialect.ts";

/** Output of Claude Code 2.1.197 against the model server, fields without a meaning here left out. */
function recorded(name: string): unknown[] {
  const path = join(import.meta.dirname, "fixtures", `claude-${name}.jsonl`);
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

const stepsOf = (signals: readonly AgentSignal[]) =>
  signals.flatMap((signal) => (signal.kind === "step" ? [signal.step] : []));
const endingsOf = (signals: readonly AgentSignal[]) =>
  signals.flatMap((signal) => (signal.kind === "turn-ended" ? [signal.ending] : []));

describe("a recorded stream of claude", () => {
  test("becomes steps, counted calls, a heard instruction and an end", () => {
    const stream = new ClaudeStream("/work/tree");
    const signals = recorded("steered").flatMap((line) => stream.read(line));
    const steps = stepsOf(signals);
    expect(steps.map(({ type, tool }) => (tool === null ? type : `${type} ${tool}`))).toEqual([
      "message",
      "tool_call Read",
      "tool_result Read",
      "tool_call Write",
      "tool_result Write",
      "file_change Write",
      "tool_call Bash",
      "tool_result Bash",
      "tool_call Bash",
      "tool_result Bash",
      "message",
      "usage",
    ]);
    expect(steps[5]?.data).toEqual({ path: "b.txt", change: "created" });
    const callIds = steps.filter(({ type }) => type === "tool_call").map(({ callId }) => callId);
    const resultIds = steps
      .filter(({ type }) => type === "tool_result")
      .map(({ callId }) => callId);
    expect(resultIds).toEqual(callIds);
    expect(signals.filter(({ kind }) => kind === "model-call")).toHaveLength(5);
    expect(signals.flatMap((signal) => (signal.kind === "heard" ? [signal.text] : []))).toEqual([
      "Aomori-Title: the task\nAomori-Mode: implementation\n\nDo it.",
      "Aomori-Steering: do other",
    ]);
    expect(endingsOf(signals)).toEqual([{ kind: "finished", text: "all done" }]);
    const usage = signals.find((signal) => signal.kind === "usage")?.usage;
    expect(usage?.inputTokens).toBeGreaterThan(60_000);
    expect(usage?.costMicrousd).toBeGreaterThan(100_000);
  });

  test("that was interrupted is no failure, and its cost is counted once", () => {
    const stream = new ClaudeStream("/work/tree");
    stream.interrupted();
    const lines = recorded("interrupted");
    const signals = lines.flatMap((line) => stream.read(line));
    expect(endingsOf(signals)).toEqual([
      { kind: "interrupted" },
      { kind: "finished", text: "steered end" },
    ]);
    const costs = signals.flatMap((signal) =>
      signal.kind === "usage" ? [signal.usage.costMicrousd ?? 0] : [],
    );
    const last = lines.at(-1) as { total_cost_usd: number };
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBe(Math.round(last.total_cost_usd * 1e6));
  });

  test("without a login is an auth failure", () => {
    const stream = new ClaudeStream("/work/tree");
    const signals = recorded("not-logged-in").flatMap((line) => stream.read(line));
    expect(endingsOf(signals)).toMatchObject([
      { kind: "failed", error: { class: "auth", code: "AGENT_NOT_LOGGED_IN" } },
    ]);
    expect(stepsOf(signals).map(({ type }) => type)).toEqual(["usage"]);
  });

  test("that tries again tells why", () => {
    const line = {
      type: "system",
      subtype: "api_retry",
      attempt: 4,
      max_retries: 10,
      retry_delay_ms: 4550.86,
      error_status: 401,
      error: "authentication_failed",
    };
    expect(new ClaudeStream("/work/tree").read(line)).toMatchObject([
      { kind: "trouble", error: { class: "auth" } },
    ]);
  });

  test("of lines nobody knows means nothing", () => {
    const stream = new ClaudeStream("/work/tree");
    for (const line of [undefined, null, 7, "x", [], {}, { type: "new" }, { type: "assistant" }]) {
      expect(stepsOf(stream.read(line))).toEqual([]);
    }
  });
});
