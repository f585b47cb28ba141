import type { Conversation, Reply } from "./conversation.ts";
import { doneMark, newToken, outputTokens, pieces } from "./frames.ts";
import type { Frame, WireReply } from "./frames.ts";

interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

function callDeltas({ id, name, argumentsText }: WireCall, index: number): unknown[] {
  const opening = { index, id, type: "function", function: { name, arguments: "" } };
  const parts = pieces(argumentsText).map((part) => ({ index, function: { arguments: part } }));
  return [opening, ...parts].map((call) => ({ tool_calls: [call] }));
}

/** A reply as Chat Completions gives it: a `chat.completion`, or its chunks and the end mark. */
export function chatReply(conversation: Conversation, reply: Reply, nowMs: number): WireReply {
  const output = outputTokens(reply);
  const usage = {
    prompt_tokens: conversation.inputTokens,
    completion_tokens: output,
    total_tokens: conversation.inputTokens + output,
  };
  const calls = reply.calls.map((call): WireCall => {
    return { id: `call_${newToken()}`, name: call.name, argumentsText: JSON.stringify(call.input) };
  });
  const head = {
    id: `chatcmpl-${newToken()}`,
    created: Math.floor(nowMs / 1000),
    model: conversation.model,
  };
  const finishReason = calls.length > 0 ? "tool_calls" : "stop";
  const message = {
    role: "assistant",
    content: reply.text === "" && calls.length > 0 ? null : reply.text,
    refusal: null,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, argumentsText }) => {
            return { id, type: "function", function: { name, arguments: argumentsText } };
          }),
        }),
  };
  const chunk = (delta: unknown, finish: string | null): Frame => ({
    data: {
      ...head,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    },
  });
  const usageChunk: Frame = {
    data: { ...head, object: "chat.completion.chunk", choices: [], usage },
  };
  return {
    body: {
      ...head,
      object: "chat.completion",
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
      usage,
    },
    frames: [
      chunk({ role: "assistant", content: calls.length > 0 ? null : "" }, null),
      ...pieces(reply.text).map((content) => chunk({ content }, null)),
      ...calls.flatMap(callDeltas).map((delta) => chunk(delta, null)),
      chunk({}, finishReason),
      ...(conversation.streamUsage ? [usageChunk] : []),
      { data: doneMark },
    ],
  };
}
