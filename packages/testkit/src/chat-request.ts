import { isRecord } from "@aomori/system";
import * as z from "zod";
import type { Conversation, ConversationItem, DeclaredTool, ToolChoice } from "./conversation.ts";
import { estimateTokens } from "./conversation.ts";
import { member, messageText } from "./json-value.ts";
import { WireError, refusalOf } from "./wire-error.ts";

const Part = z.looseObject({ type: z.string() });
const Content = z.union([z.string(), z.array(Part).min(1)]);
const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const Message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("system"), content: Content }),
  z.looseObject({ role: z.literal("developer"), content: Content }),
  z.looseObject({ role: z.literal("user"), content: Content }),
  z.looseObject({
    role: z.literal("assistant"),
    content: Content.nullish(),
    tool_calls: z.array(ToolCall).min(1).optional(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string(), content: Content }),
]);
type Message = z.infer<typeof Message>;

const Tool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    parameters: z.looseObject({}).optional(),
  }),
});

const Choice = z.union([
  z.enum(["none", "auto", "required"]),
  z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
]);

const anything = z.unknown().optional();

/** Fields of Chat Completions, and those OpenRouter adds to them; others are refused. */
const Body = z.strictObject({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  tools: z.array(Tool).min(1).optional(),
  tool_choice: Choice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  n: z.literal(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  user: z.string().optional(),
  store: z.boolean().nullish(),
  response_format: z.looseObject({ type: z.string() }).optional(),
  audio: anything,
  function_call: anything,
  functions: anything,
  logit_bias: anything,
  logprobs: anything,
  metadata: anything,
  modalities: anything,
  moderation: anything,
  prediction: anything,
  prompt_cache_key: anything,
  prompt_cache_options: anything,
  prompt_cache_retention: anything,
  reasoning_effort: anything,
  safety_identifier: anything,
  service_tier: anything,
  top_logprobs: anything,
  verbosity: anything,
  web_search_options: anything,
  include_reasoning: anything,
  models: anything,
  plugins: anything,
  provider: anything,
  reasoning: anything,
  route: anything,
  top_k: anything,
  transforms: anything,
  usage: anything,
});

/** An assistant's calls are all answered by the tool messages right behind it; a tool message answers one of them. */
function checkPairs(messages: readonly Message[]): void {
  let open: string[] = [];
  let callable = false;
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") {
      if (!callable || !open.includes(message.tool_call_id)) {
        throw new WireError(
          400,
          callable
            ? `Invalid parameter: 'tool_call_id' of '${message.tool_call_id}' not found in 'tool_calls' of previous message.`
            : "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          { param: `messages.[${index}].role` },
        );
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    refuseOpen(open, index);
    open = message.role === "assistant" ? (message.tool_calls ?? []).map((call) => call.id) : [];
    callable = open.length > 0;
  }
  refuseOpen(open, messages.length);
}

function refuseOpen(open: readonly string[], index: number): void {
  if (open.length === 0) return;
  throw new WireError(
    400,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(", ")}`,
    { param: `messages.[${index}].role` },
  );
}

function itemsOf(message: Message, index: number): ConversationItem[] {
  const text = messageText(message.content);
  switch (message.role) {
    case "tool":
      return [{ kind: "result", id: message.tool_call_id, text }];
    case "assistant": {
      if (text === "" && message.tool_calls === undefined) {
        throw new WireError(400, `Invalid value for 'content': expected a string, got null.`, {
          param: `messages.[${index}].content`,
        });
      }
      const calls = (message.tool_calls ?? []).map((call) => ({
        kind: "call" as const,
        id: call.id,
        name: call.function.name,
      }));
      return text === "" ? calls : [{ kind: "assistant", text }, ...calls];
    }
    case "user":
      return [{ kind: "user", text }];
    default:
      return [{ kind: "system", text }];
  }
}

function choiceOf(body: z.infer<typeof Body>): ToolChoice {
  const choice = body.tool_choice;
  if (choice !== undefined && body.tools === undefined) {
    throw new WireError(400, "'tool_choice' is only allowed when 'tools' are specified.", {
      param: "tool_choice",
    });
  }
  if (choice === undefined) return { kind: "auto" };
  if (typeof choice === "string") return { kind: choice };
  const { name } = choice.function;
  if (!body.tools?.some((tool) => tool.function.name === name)) {
    throw new WireError(400, `Tool choice '${name}' not found in 'tools' parameter.`, {
      param: "tool_choice",
    });
  }
  return { kind: "tool", name };
}

function toolsOf(tools: readonly z.infer<typeof Tool>[]): DeclaredTool[] {
  return tools.map((tool) => {
    const properties = member(tool.function.parameters, "properties");
    return { name: tool.function.name, properties: isRecord(properties) ? properties : {} };
  });
}

/** Checks the body of `POST /v1/chat/completions`; throws the refusal the service would give. */
export function readChatRequest(raw: unknown): Conversation {
  const parsed = Body.safeParse(raw);
  if (!parsed.success) throw refusalOf("chat", parsed.error);
  const body = parsed.data;
  const stream = body.stream ?? false;
  if (body.stream_options && !stream) {
    throw new WireError(
      400,
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      {
        param: "stream_options",
      },
    );
  }
  checkPairs(body.messages);
  return {
    model: body.model,
    items: body.messages.flatMap(itemsOf),
    tools: toolsOf(body.tools ?? []),
    toolChoice: choiceOf(body),
    stream,
    streamUsage: body.stream_options?.include_usage ?? false,
    inputTokens: estimateTokens(JSON.stringify(raw)),
  };
}
