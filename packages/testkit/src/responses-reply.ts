import type { Conversation, Reply, ReplyCall } from "./conversation.ts";
import { newToken, outputTokens, pieces } from "./frames.ts";
import type { Frame, WireReply } from "./frames.ts";

/** An event before its sequence number. */
type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

interface OutputItem {
  readonly item: Readonly<Record<string, unknown>>;
  readonly events: readonly Event[];
}

function textItem(text: string, index: number): OutputItem {
  const id = `msg_${newToken()}`;
  const part = { type: "output_text", text, annotations: [], logprobs: [] };
  const message = { id, type: "message", status: "completed", role: "assistant", content: [part] };
  const at = { item_id: id, output_index: index, content_index: 0 };
  return {
    item: message,
    events: [
      {
        type: "response.output_item.added",
        output_index: index,
        item: { ...message, status: "in_progress", content: [] },
      },
      { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
      ...pieces(text).map((delta) => ({
        type: "response.output_text.delta",
        ...at,
        delta,
        logprobs: [],
      })),
      { type: "response.output_text.done", ...at, text, logprobs: [] },
      { type: "response.content_part.done", ...at, part },
      { type: "response.output_item.done", output_index: index, item: message },
    ],
  };
}

/** `fc_X` and `call_X` share X, so that a later reference to the item tells which call it was. */
function callItem({ name, input }: ReplyCall, index: number): OutputItem {
  const token = newToken();
  const argumentsText = JSON.stringify(input);
  const item = {
    id: `fc_${token}`,
    type: "function_call",
    status: "completed",
    call_id: `call_${token}`,
    name,
    arguments: argumentsText,
  };
  const at = { item_id: item.id, output_index: index };
  return {
    item,
    events: [
      {
        type: "response.output_item.added",
        output_index: index,
        item: { ...item, status: "in_progress", arguments: "" },
      },
      ...pieces(argumentsText).map((delta) => ({
        type: "response.function_call_arguments.delta",
        ...at,
        delta,
      })),
      { type: "response.function_call_arguments.done", ...at, name, arguments: argumentsText },
      { type: "response.output_item.done", output_index: index, item },
    ],
  };
}

/** A reply as the Responses API gives it: a `response`, or response.created … response.completed. */
export function responsesReply(conversation: Conversation, reply: Reply, nowMs: number): WireReply {
  const texts = reply.text === "" && reply.calls.length > 0 ? [] : [reply.text];
  const items = [
    ...texts.map((text, index) => textItem(text, index)),
    ...reply.calls.map((call, index) => callItem(call, texts.length + index)),
  ];
  const output = outputTokens(reply);
  const base = {
    id: `resp_${newToken()}`,
    object: "response",
    created_at: Math.floor(nowMs / 1000),
    model: conversation.model,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
  };
  const opening = { ...base, status: "in_progress", output: [], usage: null };
  const body = {
    ...base,
    status: "completed",
    output: items.map(({ item }) => item),
    usage: {
      input_tokens: conversation.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: conversation.inputTokens + output,
    },
  };
  const events: Event[] = [
    { type: "response.created", response: opening },
    { type: "response.in_progress", response: opening },
    ...items.flatMap((item) => item.events),
    { type: "response.completed", response: body },
  ];
  return {
    body,
    frames: events.map((event, index): Frame => {
      return { event: event.type, data: { ...event, sequence_number: index } };
    }),
  };
}
