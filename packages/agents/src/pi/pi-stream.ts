import type { AgentError } from "@aomori/contract";
import type { AgentSignal, TurnEnding } from "../external/dialect.ts";
import { contentText, field, listField, numberField, textField } from "../external/json-fields.ts";
import { ToolSteps } from "../external/tool-steps.ts";
import { statusError } from "../model/model-error.ts";
import { messageStep, thoughtStep, usageStep, type FileChange } from "../steps/step-drafts.ts";
import { summaryLine } from "../steps/step-text.ts";

const fileChanges: Readonly<Record<string, FileChange>> = { write: "written", edit: "modified" };

/** Takes up messages that were queued too late for the turn before. */
const takeUp = "Go on; there are new instructions for you.";

/**
 * Understands the lines of `pi --mode rpc`. A turn's end is believed only after `get_state` has said that nothing is
 * running or queued: a message may have come in between, and pi repeats failed calls after it has said `agent_end`.
 */
export class PiStream {
  readonly #tools: ToolSteps;
  #ending: TurnEnding = { kind: "finished", text: "" };
  #isRetrying = false;
  #isInterrupted = false;
  #isAborting = false;
  #questions = 0;
  #startedAtMs = Date.now();

  constructor(worktree: string) {
    this.#tools = new ToolSteps(worktree, "path");
  }

  /** `abort` has been sent; its answer comes when pi is idle. */
  interrupted(): void {
    this.#isInterrupted = true;
    this.#isAborting = true;
  }

  read(line: unknown): AgentSignal[] {
    switch (textField(line, "type")) {
      case "message_start":
        this.#startedAtMs = Date.now();
        return [];
      case "message_end":
        return this.#message(field(line, "message"));
      case "tool_execution_start":
        return this.#toolStarted(line);
      case "tool_execution_end":
        return this.#toolEnded(line);
      case "auto_retry_start":
        this.#isRetrying = true;
        return [{ kind: "trouble", error: callError(textField(line, "errorMessage")) }];
      case "auto_retry_end":
        this.#isRetrying = false;
        return field(line, "success") === true ? [] : [this.#ask()];
      case "agent_start":
        this.#isRetrying = false;
        return [];
      case "agent_end":
        return this.#isAborting ? [] : [this.#ask()];
      case "response":
        return this.#response(line);
      default:
        return [];
    }
  }

  #message(message: unknown): AgentSignal[] {
    const role = textField(message, "role");
    if (role === "user") return [{ kind: "heard", text: contentText(field(message, "content")) }];
    if (role !== "assistant") return [];
    const signals: AgentSignal[] = [{ kind: "model-call" }];
    const timing = { atMs: this.#startedAtMs, durationMs: Date.now() - this.#startedAtMs };
    for (const block of listField(message, "content")) {
      const text = textField(block, "text") ?? "";
      const thought = textField(block, "thinking") ?? "";
      if (text.trim() !== "") signals.push({ kind: "step", step: messageStep(text, timing) });
      if (thought.trim() !== "") signals.push({ kind: "step", step: thoughtStep(thought, timing) });
    }
    this.#ending = endingOf(message);
    const usage = usageOf(field(message, "usage"));
    if (usage.inputTokens + usage.outputTokens > 0) {
      signals.push({ kind: "step", step: usageStep(usage, timing) }, { kind: "usage", usage });
    }
    return signals;
  }

  #toolStarted(line: unknown): AgentSignal[] {
    const callId = textField(line, "toolCallId");
    const tool = textField(line, "toolName");
    if (callId === undefined || tool === undefined) return [];
    return [{ kind: "step", step: this.#tools.called(callId, tool, field(line, "args")) }];
  }

  #toolEnded(line: unknown): AgentSignal[] {
    const callId = textField(line, "toolCallId") ?? "";
    const result = {
      ok: field(line, "isError") !== true,
      text: contentText(field(field(line, "result"), "content")),
    };
    const change = fileChanges[this.#tools.toolOf(callId) ?? ""];
    const steps = this.#tools.finished(callId, result, change);
    return [...steps.map((step) => ({ kind: "step", step }) as const), { kind: "tool-finished" }];
  }

  #response(line: unknown): AgentSignal[] {
    const command = textField(line, "command");
    if (command === "prompt" && field(line, "success") === false) {
      // Before any model call: no model, no key, no login.
      const message = `pi cannot start: ${summaryLine(textField(line, "error") ?? "")}`;
      const error: AgentError = { class: "auth", code: "AGENT_NOT_READY", message };
      return [{ kind: "turn-ended", ending: { kind: "failed", error } }];
    }
    if (command === "abort") {
      this.#isAborting = false;
      return [this.#ask()];
    }
    const isNewest = textField(line, "id") === this.#questionId();
    return command === "get_state" && isNewest ? this.#state(field(line, "data")) : [];
  }

  #state(state: unknown): AgentSignal[] {
    if (this.#isRetrying || this.#isAborting || field(state, "isStreaming") === true) return [];
    // After an interruption the next prompt takes the queue up, and the agent may be meant to wait.
    if (!this.#isInterrupted && (numberField(state, "pendingMessageCount") ?? 0) > 0) {
      return [{ kind: "send", message: { type: "prompt", message: takeUp } }];
    }
    const ending: TurnEnding = this.#isInterrupted ? { kind: "interrupted" } : this.#ending;
    this.#isInterrupted = false;
    return [{ kind: "turn-ended", ending }];
  }

  #ask(): AgentSignal {
    this.#questions += 1;
    return { kind: "send", message: { type: "get_state", id: this.#questionId() } };
  }

  #questionId(): string {
    return `state-${this.#questions}`;
  }
}

function endingOf(message: unknown): TurnEnding {
  const reason = textField(message, "stopReason");
  if (reason === "error") {
    return { kind: "failed", error: callError(textField(message, "errorMessage")) };
  }
  if (reason === "aborted") return { kind: "interrupted" };
  return { kind: "finished", text: contentText(field(message, "content")) };
}

/** pi passes on its SDKs' messages, which begin with the HTTP status when there was an answer. */
function callError(message: string | undefined): AgentError {
  const text = summaryLine(message ?? "unknown error");
  const status = /^([1-5]\d\d)\b/.exec(text)?.[1];
  if (status !== undefined) return statusError(Number(status), text.slice(3).trim(), undefined);
  return {
    class: "temporary",
    code: "MODEL_CALL_FAILED",
    message: `pi's model call failed: ${text}`,
  };
}

function usageOf(usage: unknown): {
  inputTokens: number;
  outputTokens: number;
  costMicrousd: number | null;
} {
  const count = (name: string): number => Math.round(numberField(usage, name) ?? 0);
  const costUsd = numberField(field(usage, "cost"), "total") ?? 0;
  return {
    inputTokens: count("input") + count("cacheRead") + count("cacheWrite"),
    outputTokens: count("output"),
    // Zero is what pi says for a model it has no price of.
    costMicrousd: costUsd > 0 ? Math.round(costUsd * 1e6) : null,
  };
}
