import type { ModelMessage } from "ai";

import type { ModelAnswer, ModelToolCall } from "./model-call.ts";

/**
 * What the model has been told and has said. It is legal at every moment it can be read: each tool call is followed by
 * its result, before anything else is said.
 */
export class Conversation {
  readonly #messages: ModelMessage[];

  constructor(prompt: string) {
    this.#messages = [{ role: "user", content: prompt }];
  }

  get messages(): readonly ModelMessage[] {
    return this.#messages;
  }

  say(text: string): void {
    this.#messages.push({ role: "user", content: text });
  }

  /** Adds an answer together with the result of each of its calls. */
  add(answer: ModelAnswer, results: ReadonlyMap<ModelToolCall, string>): void {
    this.#messages.push(...answer.messages);
    if (answer.calls.length === 0) return;
    this.#messages.push({
      role: "tool",
      content: answer.calls.map((call) => ({
        type: "tool-result",
        toolCallId: call.callId,
        toolName: call.tool,
        output: { type: "text", value: results.get(call) ?? "the tool gave no result" },
      })),
    });
  }
}
