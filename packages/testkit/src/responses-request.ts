import { isRecord } from "@aomori/system";
import * as z from "zod";
import type { Conversation, ConversationItem, DeclaredTool, ToolChoice } from "./conversation.ts";
import { estimateTokens } from "./conversation.ts";
import { member, messageText } from "./json-value.ts";
import { WireError, refusalOf } from "./wire-error.ts";

const Item = z.looseObject({
  type: z.string().optional(),
  role: z.enum(["user", "assistant", "system", "developer"]).optional(),
});
type Item = z.infer<typeof Item>;

const Tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  parameters: z.looseObject({}).nullish(),
});

const Choice = z.union([
  z.enum(["none", "auto", "required"]),
  z.looseObject({ type: z.string(), name: z.string().optional() }),
]);

const anything = z.unknown().optional();

/** Fields of the Responses API; others are refused. */
const Body = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(Item)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(Tool).optional(),
  tool_choice: Choice.optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  store: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
  text: z.looseObject({}).optional(),
  reasoning: z.looseObject({}).nullish(),
  previous_response_id: z.string().nullish(),
  user: z.string().optional(),
  access_programs: anything,
  background: z.literal(false).nullish(),
  client_metadata: anything,
  context_management: anything,
  conversation: anything,
  image: anything,
  max_tool_calls: anything,
  metadata: anything,
  moderation: anything,
  prompt: anything,
  prompt_cache_key: anything,
  prompt_cache_options: anything,
  prompt_cache_retention: anything,
  safety_identifier: anything,
  service_tier: anything,
  stream_options: anything,
  top_logprobs: anything,
  truncation: anything,
});

function required(item: Item, name: string, index: number): string {
  const value = item[name];
  if (typeof value === "string") return value;
  const param = `input[${index}].${name}`;
  throw new WireError(400, `Missing required parameter: '${param}'.`, {
    param,
    code: "missing_required_parameter",
  });
}

/**
 * A reference to something said before. Nothing is kept here, so the ids this server gives are
 * made to tell what they stand for: `fc_X` is the call `call_X`, `msg_X` a text.
 */
function referenced(id: string, index: number): ConversationItem[] {
  if (id.startsWith("fc_")) return [{ kind: "call", id: `call_${id.slice(3)}`, name: "" }];
  if (id.startsWith("msg_")) return [{ kind: "assistant", text: "" }];
  throw new WireError(404, `Item with id '${id}' not found.`, { param: `input[${index}]` });
}

function messageOf(item: Item, index: number): ConversationItem[] {
  const { role } = item;
  const content = item["content"];
  if (role === undefined) required(item, "role", index);
  if (typeof content !== "string" && !Array.isArray(content)) required(item, "content", index);
  const text = messageText(content);
  if (role === "user" || role === "assistant") return [{ kind: role, text }];
  return [{ kind: "system", text }];
}

function itemsOf(item: Item, index: number): ConversationItem[] {
  switch (item.type) {
    case undefined:
    case "message":
      return messageOf(item, index);
    case "function_call":
      required(item, "arguments", index);
      return [
        {
          kind: "call",
          id: required(item, "call_id", index),
          name: required(item, "name", index),
        },
      ];
    case "function_call_output": {
      const output = item["output"];
      if (!Array.isArray(output)) required(item, "output", index);
      return [{ kind: "result", id: required(item, "call_id", index), text: messageText(output) }];
    }
    case "item_reference":
      return referenced(required(item, "id", index), index);
    default:
      return [];
  }
}

function checkPairs(items: readonly ConversationItem[]): void {
  const open = new Set<string>();
  for (const item of items) {
    if (item.kind === "call") open.add(item.id);
    if (item.kind === "result" && !open.delete(item.id)) {
      throw new WireError(
        400,
        `No tool call found for function call output with call_id ${item.id}.`,
        { param: "input" },
      );
    }
  }
  for (const id of open) {
    throw new WireError(400, `No tool output found for function call ${id}.`, { param: "input" });
  }
}

function functionTools(tools: readonly z.infer<typeof Tool>[]): DeclaredTool[] {
  return tools.flatMap((tool, index) => {
    if (tool.type !== "function") return [];
    if (tool.name === undefined || !/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name)) {
      throw new WireError(400, `Invalid 'tools[${index}].name': ${String(tool.name)}.`, {
        param: `tools[${index}].name`,
        code: "invalid_value",
      });
    }
    const properties = member(tool.parameters, "properties");
    return [{ name: tool.name, properties: isRecord(properties) ? properties : {} }];
  });
}

function choiceOf(
  choice: z.infer<typeof Choice> | undefined,
  tools: readonly DeclaredTool[],
): ToolChoice {
  if (choice === undefined) return { kind: "auto" };
  if (typeof choice === "string") return { kind: choice };
  if (choice.type !== "function") return { kind: "auto" };
  const name = choice.name ?? "";
  if (!tools.some((tool) => tool.name === name)) {
    throw new WireError(400, `Tool choice '${name}' not found in 'tools' parameter.`, {
      param: "tool_choice",
    });
  }
  return { kind: "tool", name };
}

function refuseStored(body: z.infer<typeof Body>): void {
  const id = body.previous_response_id;
  if (typeof id === "string") {
    throw new WireError(400, `Previous response with id '${id}' not found.`, {
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  }
  if (body.conversation !== undefined && body.conversation !== null) {
    throw new WireError(404, "Conversation not found.", { param: "conversation" });
  }
}

/** Checks the body of `POST /v1/responses`; throws the refusal the service would give. */
export function readResponsesRequest(raw: unknown): Conversation {
  const parsed = Body.safeParse(raw);
  if (!parsed.success) throw refusalOf("responses", parsed.error);
  const body = parsed.data;
  refuseStored(body);
  const input: Item[] =
    typeof body.input === "string" ? [{ role: "user", content: body.input }] : body.input;
  if (input.length === 0) {
    throw new WireError(400, "One of 'input' or 'previous_response_id' must be provided.", {
      param: "input",
    });
  }
  const said = input.flatMap(itemsOf);
  checkPairs(said);
  const tools = functionTools(body.tools ?? []);
  return {
    model: body.model,
    items: body.instructions ? [{ kind: "system", text: body.instructions }, ...said] : said,
    tools,
    toolChoice: choiceOf(body.tool_choice, tools),
    stream: body.stream ?? false,
    streamUsage: true,
    inputTokens: estimateTokens(JSON.stringify(raw)),
  };
}
