/** A tool the request offers, with the names of its inputs when its schema tells them. */
export interface DeclaredTool {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type ToolChoice =
  | { readonly kind: "auto" }
  | { readonly kind: "none" }
  | { readonly kind: "required" }
  | { readonly kind: "tool"; readonly name: string };

/** What has been said, in order, one entry per block whatever the dialect. */
export type ConversationItem =
  | { readonly kind: "system" | "user" | "assistant"; readonly text: string }
  | { readonly kind: "call"; readonly id: string; readonly name: string }
  | { readonly kind: "result"; readonly id: string; readonly text: string };

/** A request of any dialect after it has been checked. */
export interface Conversation {
  readonly model: string;
  readonly items: readonly ConversationItem[];
  readonly tools: readonly DeclaredTool[];
  readonly toolChoice: ToolChoice;
  readonly stream: boolean;
  /** A last stream chunk with counts was asked for (Chat Completions). */
  readonly streamUsage: boolean;
  readonly inputTokens: number;
}

export interface ReplyCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model answers: text, calls, or text before calls. Never both empty. */
export interface Reply {
  readonly text: string;
  readonly calls: readonly ReplyCall[];
}

/**
 * Tokens of a text, estimated as a quarter of its UTF-8 bytes; at least 1 for any text.
 * Every count this package reports is this estimate.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, "utf8") / 4);
}
