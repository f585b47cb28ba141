import type { Conversation, Reply } from "./conversation.ts";
import { newToken, outputTokens, pieces } from "./frames.ts";
import type { Frame, WireReply } from "./frames.ts";

type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

function blocksOf(reply: Reply): Block[] {
  const calls = reply.calls.map(({ name, input }): Block => {
    return { type: "tool_use", id: `toolu_${newToken()}`, name, input };
  });
  return reply.text === "" ? calls : [{ type: "text", text: reply.text }, ...calls];
}

function typed(data: { readonly type: string } & Record<string, unknown>): Frame {
  return { event: data.type, data };
}

function blockFrames(block: Block, index: number): Frame[] {
  const start = block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} };
  const deltas =
    block.type === "text"
      ? pieces(block.text).map((text) => ({ type: "text_delta", text }))
      : ["", ...pieces(JSON.stringify(block.input))].map((json) => ({
          type: "input_json_delta",
          partial_json: json,
        }));
  return [
    typed({ type: "content_block_start", index, content_block: start }),
    ...deltas.map((delta) => typed({ type: "content_block_delta", index, delta })),
    typed({ type: "content_block_stop", index }),
  ];
}

/** A reply as the Messages API gives it: a `message`, or message_start … message_stop. */
export function anthropicReply(conversation: Conversation, reply: Reply): WireReply {
  const blocks = blocksOf(reply);
  const stopReason = reply.calls.length > 0 ? "tool_use" : "end_turn";
  const usage = {
    input_tokens: conversation.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens(reply),
    service_tier: "standard",
  };
  const message = {
    id: `msg_${newToken()}`,
    type: "message",
    role: "assistant",
    model: conversation.model,
    content: blocks,
    stop_reason: stopReason,
    stop_sequence: null,
    usage,
  };
  const opening = {
    ...message,
    content: [],
    stop_reason: null,
    usage: { ...usage, output_tokens: 1 },
  };
  return {
    body: message,
    frames: [
      typed({ type: "message_start", message: opening }),
      typed({ type: "ping" }),
      ...blocks.flatMap(blockFrames),
      typed({
        type: "message_delta",
        delta: { stop_reason: stopReason, stop_sequence: null },
        usage: { output_tokens: usage.output_tokens },
      }),
      typed({ type: "message_stop" }),
    ],
  };
}
