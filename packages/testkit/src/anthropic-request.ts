import { isRecord } from "@aomori/system";
import * as z from "zod";
import type { Conversation, ConversationItem, DeclaredTool, ToolChoice } from "./conversation.ts";
import { estimateTokens } from "./conversation.ts";
import { member, messageText } from "./json-value.ts";
import { WireError, refusalOf } from "./wire-error.ts";

const Block = z.looseObject({ type: z.string() });
type Block = z.infer<typeof Block>;

const Message = z.looseObject({
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(Block)]),
});

const Tool = z.looseObject({
  type: z.string().nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal("object") }).optional(),
});

const Choice = z.looseObject({
  type: z.enum(["auto", "any", "tool", "none"]),
  name: z.string().optional(),
});

const anything = z.unknown().optional();

/** Fields of the Messages API, plain and beta; what is not among them is refused as the service does. */
const shared = {
  model: z.string().min(1),
  messages: z.array(Message),
  system: z
    .union([z.string(), z.array(z.looseObject({ type: z.literal("text"), text: z.string() }))])
    .optional(),
  tools: z.array(Tool).optional(),
  tool_choice: Choice.optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
  betas: z.array(z.string()).optional(),
  cache_control: anything,
  context_management: anything,
  mcp_servers: anything,
  output_config: anything,
  output_format: anything,
  speed: anything,
};

const CreateBody = z.strictObject({
  ...shared,
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.looseObject({}).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  billing_policy: anything,
  compaction: anything,
  container: anything,
  diagnostics: anything,
  fallback_credit_token: anything,
  fallbacks: anything,
  inference_geo: anything,
  thread: anything,
  user_profile_id: anything,
  workspace_id: anything,
});

const CountBody = z.strictObject(shared);

type Role = z.infer<typeof Message>["role"];

interface Turn {
  readonly role: Role;
  readonly index: number;
  readonly blocks: Block[];
}

function blocksOf(content: string | readonly Block[]): Block[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : [...content];
}

/** The service reads neighbours of one role as one turn. */
function turnsOf(messages: readonly z.infer<typeof Message>[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocksOf(content));
    else turns.push({ role, index, blocks: blocksOf(content) });
  }
  return turns;
}

function checkContent(messages: readonly z.infer<typeof Message>[]): void {
  if (messages.length === 0) {
    throw new WireError(400, "messages: at least one message is required");
  }
  if (messages[0]?.role !== "user") {
    throw new WireError(400, 'messages: first message must use the "user" role');
  }
  for (const [index, { role, content }] of messages.entries()) {
    const optionalHere = role === "assistant" && index === messages.length - 1;
    if (content.length === 0 && !optionalHere) {
      throw new WireError(
        400,
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    }
    if (typeof content === "string") continue;
    for (const [position, block] of content.entries()) {
      if (block.type !== "text") continue;
      if (typeof block["text"] !== "string") {
        throw new WireError(400, `messages.${index}.content.${position}.text: Field required`);
      }
      if (block["text"] === "") {
        throw new WireError(400, "messages: text content blocks must be non-empty");
      }
    }
  }
}

/** Models before Opus 4.8, and Sonnet 5, take no instructions of the role "system" between messages; every other one does. */
const withoutSystemRole =
  /claude-(?:instant|[123]\b|(?:sonnet|haiku)-4|opus-4-(?:[0-7]\b|20\d{6})|sonnet-5\b)/;

/**
 * A message of the role "system" follows a user's and is the last or followed by an assistant's, and holds text alone
 * (platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages).
 */
function checkSystemMessages(model: string, messages: readonly z.infer<typeof Message>[]): void {
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== "system") continue;
    if (withoutSystemRole.test(model)) {
      throw new WireError(400, `messages.${index}: role 'system' is not supported on this model`);
    }
    const next = messages[index + 1]?.role ?? "assistant";
    if (messages[index - 1]?.role !== "user" || next !== "assistant") {
      throw new WireError(
        400,
        `messages.${index}: a system message must immediately follow a user message and be the last one or followed by an assistant message`,
      );
    }
    if (typeof content !== "string" && content.some(({ type }) => type !== "text")) {
      throw new WireError(400, `messages.${index}: a system message holds only text blocks`);
    }
  }
}

function idsOf(turn: Turn | undefined, type: string, name: string): string[] {
  return (turn?.blocks ?? []).filter((block) => block.type === type).map((b) => String(b[name]));
}

/** Every tool_use is answered at once, by results that come first, and nothing else is answered. */
function checkPairs(turns: readonly Turn[]): void {
  const seen = new Set<string>();
  for (const [position, turn] of turns.entries()) {
    const uses = idsOf(turn, "tool_use", "id");
    for (const id of uses) {
      if (seen.has(id)) {
        throw new WireError(400, `messages.${turn.index}: \`tool_use\` ids must be unique`);
      }
      seen.add(id);
    }
    const answers = idsOf(turns[position + 1], "tool_result", "tool_use_id");
    const missing = uses.filter((id) => !answers.includes(id));
    if (missing.length > 0) {
      throw new WireError(
        400,
        `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const before = idsOf(turns[position - 1], "tool_use", "id");
    for (const id of idsOf(turn, "tool_result", "tool_use_id")) {
      if (turn.role === "user" && before.includes(id)) continue;
      throw new WireError(
        400,
        `messages.${turn.index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
  }
}

function checkTools(
  tools: readonly z.infer<typeof Tool>[],
  choice: z.infer<typeof Choice> | undefined,
): void {
  const names = tools.map((tool) => tool.name);
  if (new Set(names).size < names.length) {
    throw new WireError(400, "tools: Tool names must be unique.");
  }
  for (const [index, tool] of tools.entries()) {
    const custom = tool.type === undefined || tool.type === null || tool.type === "custom";
    if (custom && tool.input_schema === undefined) {
      throw new WireError(400, `tools.${index}.custom.input_schema: Field required`);
    }
  }
  if (choice === undefined) return;
  if (tools.length === 0 && choice.type !== "none") {
    throw new WireError(400, "tool_choice: may only be specified while providing tools");
  }
  if (choice.type === "tool" && !names.includes(choice.name ?? "")) {
    throw new WireError(
      400,
      `tool_choice: Tool '${choice.name ?? ""}' not found in provided tools`,
    );
  }
}

function itemOf(role: Role, block: Block): ConversationItem[] {
  if (block.type === "text") return [{ kind: role, text: messageText([block]) }];
  if (block.type === "tool_use") {
    return [{ kind: "call", id: String(block["id"]), name: String(block["name"]) }];
  }
  if (block.type === "tool_result") {
    return [
      { kind: "result", id: String(block["tool_use_id"]), text: messageText(block["content"]) },
    ];
  }
  return [];
}

function choiceOf(choice: z.infer<typeof Choice> | undefined): ToolChoice {
  if (choice?.type === "tool") return { kind: "tool", name: choice.name ?? "" };
  if (choice?.type === "any") return { kind: "required" };
  return { kind: choice?.type === "none" ? "none" : "auto" };
}

function toolsOf(tools: readonly z.infer<typeof Tool>[]): DeclaredTool[] {
  return tools.map((tool) => {
    const properties = member(tool.input_schema, "properties");
    return { name: tool.name, properties: isRecord(properties) ? properties : {} };
  });
}

function conversationOf(
  body: z.infer<typeof CountBody>,
  raw: unknown,
  stream: boolean,
): Conversation {
  checkContent(body.messages);
  checkSystemMessages(body.model, body.messages);
  const turns = turnsOf(body.messages);
  checkPairs(turns);
  checkTools(body.tools ?? [], body.tool_choice);
  const system = messageText(body.system);
  const said = turns.flatMap((turn) => turn.blocks.flatMap((block) => itemOf(turn.role, block)));
  return {
    model: body.model,
    items: system === "" ? said : [{ kind: "system", text: system }, ...said],
    tools: toolsOf(body.tools ?? []),
    toolChoice: choiceOf(body.tool_choice),
    stream,
    streamUsage: true,
    inputTokens: estimateTokens(JSON.stringify(raw)),
  };
}

/** Checks the body of `POST /v1/messages`; throws the refusal the service would give. */
export function readAnthropicRequest(raw: unknown): Conversation {
  const parsed = CreateBody.safeParse(raw);
  if (!parsed.success) throw refusalOf("anthropic", parsed.error);
  const { max_tokens: maxTokens, stream, thinking, ...body } = parsed.data;
  const budget = thinking?.["budget_tokens"];
  if (typeof budget === "number" && (budget < 1024 || budget >= maxTokens)) {
    throw new WireError(
      400,
      `thinking.budget_tokens: must be at least 1024 and below max_tokens (${maxTokens}), is ${budget}`,
    );
  }
  return conversationOf(body, raw, stream ?? false);
}

/** Checks the body of `POST /v1/messages/count_tokens`; its answer is `inputTokens`. */
export function readAnthropicCount(raw: unknown): Conversation {
  const parsed = CountBody.safeParse(raw);
  if (!parsed.success) throw refusalOf("anthropic", parsed.error);
  return conversationOf(parsed.data, raw, false);
}
