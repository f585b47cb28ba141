import type { StepTypeName, UsageResource } from "../resources.ts";

/** A value that survives `JSON.parse(JSON.stringify(value))`. */
export type JsonData =
  | null
  | boolean
  | number
  | string
  | readonly JsonData[]
  | { readonly [name: string]: JsonData };

/** One step of a trajectory before it has an index. */
export interface StepDraft {
  readonly type: StepTypeName;
  /** One line of at most 200 characters, without control characters. */
  readonly summary: string;
  /** At most 64 KiB. */
  readonly text: string | null;
  readonly tool: string | null;
  /** Joins a tool's result to its call. */
  readonly callId: string | null;
  /**
   * By type: `tool_call` `{input}`; `tool_result` `{ok}`, and for a discovery `{ok, discovery: {title, description, type}}`;
   * `file_change` `{path, change}`; `steering` `{steering_id, action, deliver}`; `usage` the tokens of one model call.
   */
  readonly data: JsonData | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number | null;
}

/** What follows from a run that ended badly: back off, try again, ask for a key, or give up on the attempt. */
export type AgentErrorClass =
  | "rate_limited"
  | "temporary"
  | "auth"
  | "agent_error"
  | "timeout"
  | "internal";

export interface AgentError {
  readonly class: AgentErrorClass;
  /** UPPER_SNAKE, stable. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type AgentOutcome =
  | { readonly kind: "completed"; readonly finalText: string; readonly usage: UsageResource }
  | { readonly kind: "failed"; readonly error: AgentError; readonly usage: UsageResource }
  | { readonly kind: "stopped"; readonly usage: UsageResource };
