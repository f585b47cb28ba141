import type { AgentError } from "@aomori/contract";
import type { AgentSignal, TurnEnding } from "../external/dialect.ts";
import { contentText, field, listField, numberField, textField } from "../external/json-fields.ts";
import { ToolSteps } from "../external/tool-steps.ts";
import { statusError } from "../model/model-error.ts";
import { messageStep, thoughtStep, usageStep, type FileChange } from "../steps/step-drafts.ts";

const fileTools: ReadonlySet<string> = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);

/** Understands the lines of `claude --output-format stream-json`. */
export class ClaudeStream {
  readonly #tools: ToolSteps;
  #messageId: string | undefined;
  #isInterrupted = false;
  #isLoginMissing = false;
  /** Why it has been trying again since its last answer. */
  #trouble: AgentError | undefined;
  /** The agent's own running total, in US dollars. */
  #costUsd = 0;

  constructor(worktree: string) {
    this.#tools = new ToolSteps(worktree, "file_path");
  }

  /** An interruption has been asked for: the turn's end is not a failure. */
  interrupted(): void {
    this.#isInterrupted = true;
  }

  read(line: unknown): AgentSignal[] {
    switch (textField(line, "type")) {
      case "assistant":
        return this.#assistant(line);
      case "user":
        return this.#user(line);
      case "result":
        return this.#result(line);
      case "system":
        return textField(line, "subtype") === "api_retry" ? [this.#retry(line)] : [];
      default:
        return [];
    }
  }

  /** One content block per line; the lines of one model call share the message's id. */
  #assistant(line: unknown): AgentSignal[] {
    const message = field(line, "message");
    if (textField(line, "error") === "authentication_failed") this.#isLoginMissing = true;
    // Its own words about an error, which the result tells again.
    if (textField(message, "model") === "<synthetic>") return [];
    this.#trouble = undefined;
    const signals: AgentSignal[] = [];
    const messageId = textField(message, "id");
    if (messageId !== this.#messageId) signals.push({ kind: "model-call" });
    this.#messageId = messageId;
    const timing = { atMs: Date.now(), durationMs: null };
    for (const block of listField(message, "content")) {
      const text = textField(block, "text") ?? "";
      const thought = textField(block, "thinking") ?? "";
      if (text.trim() !== "") signals.push({ kind: "step", step: messageStep(text, timing) });
      if (thought.trim() !== "") signals.push({ kind: "step", step: thoughtStep(thought, timing) });
      const callId = textField(block, "id");
      const tool = textField(block, "name");
      if (textField(block, "type") === "tool_use" && callId !== undefined && tool !== undefined) {
        const step = this.#tools.called(callId, tool, field(block, "input"));
        signals.push({ kind: "step", step });
      }
    }
    return signals;
  }

  #user(line: unknown): AgentSignal[] {
    const content = field(field(line, "message"), "content");
    if (field(line, "isReplay") === true) return [{ kind: "heard", text: contentText(content) }];
    const signals: AgentSignal[] = [];
    for (const block of Array.isArray(content) ? content : []) {
      const callId = textField(block, "tool_use_id");
      if (callId === undefined) continue;
      const ok = field(block, "is_error") !== true;
      const text = contentText(field(block, "content"));
      const change = this.#changeOf(callId, field(line, "tool_use_result"));
      for (const step of this.#tools.finished(callId, { ok, text }, change)) {
        signals.push({ kind: "step", step });
      }
      signals.push({ kind: "tool-finished" });
    }
    return signals;
  }

  #changeOf(callId: string, result: unknown): FileChange | undefined {
    if (!fileTools.has(this.#tools.toolOf(callId) ?? "")) return undefined;
    return textField(result, "type") === "create" ? "created" : "modified";
  }

  /** The end of a turn. Tokens are those of the turn, the cost is that of the session so far. */
  #result(line: unknown): AgentSignal[] {
    const tokens = field(line, "usage");
    const count = (name: string): number => Math.round(numberField(tokens, name) ?? 0);
    const costUsd = numberField(line, "total_cost_usd");
    const usage = {
      inputTokens:
        count("input_tokens") +
        count("cache_read_input_tokens") +
        count("cache_creation_input_tokens"),
      outputTokens: count("output_tokens"),
      costMicrousd:
        costUsd === undefined ? null : Math.max(0, Math.round((costUsd - this.#costUsd) * 1e6)),
    };
    this.#costUsd = costUsd ?? this.#costUsd;
    const durationMs = Math.round(numberField(line, "duration_ms") ?? 0);
    const ending = this.#endingOf(line);
    this.#isInterrupted = false;
    return [
      { kind: "step", step: usageStep(usage, { atMs: Date.now(), durationMs }) },
      { kind: "usage", usage },
      { kind: "turn-ended", ending },
    ];
  }

  #endingOf(line: unknown): TurnEnding {
    const text = textField(line, "result") ?? "";
    if (field(line, "is_error") !== true) return { kind: "finished", text };
    const status = numberField(line, "api_error_status");
    if (status !== undefined)
      return { kind: "failed", error: statusError(status, text, undefined) };
    if (this.#isInterrupted) return { kind: "interrupted" };
    if (this.#isLoginMissing) {
      const message = `claude is not logged in: ${text}; log in with "claude" or give an Anthropic key`;
      return { kind: "failed", error: { class: "auth", code: "AGENT_NOT_LOGGED_IN", message } };
    }
    if (this.#trouble !== undefined) return { kind: "failed", error: this.#trouble };
    const subtype = textField(line, "subtype") ?? "unknown";
    const message = `claude gave up (${subtype})${text === "" ? "" : `: ${text}`}`;
    return { kind: "failed", error: { class: "agent_error", code: "AGENT_FAILED", message } };
  }

  #retry(line: unknown): AgentSignal {
    const status = numberField(line, "error_status");
    const waitMs = Math.round(numberField(line, "retry_delay_ms") ?? 0);
    const error: AgentError =
      status === undefined
        ? {
            class: "temporary",
            code: "MODEL_UNREACHABLE",
            message: "claude cannot reach its model server",
          }
        : statusError(status, textField(line, "error") ?? "claude will try again", waitMs);
    this.#trouble = error;
    return { kind: "trouble", error };
  }
}
