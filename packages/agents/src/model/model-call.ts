import type { FinishReason, LanguageModel, ModelMessage, ToolSet } from "ai";

import type { Usage } from "../driver.ts";
import { ModelAnswerError, ModelSilentError } from "./model-error.ts";
import { usageOf } from "./usage.ts";

export interface ModelCallRequest {
  readonly model: LanguageModel;
  readonly instructions: string;
  readonly messages: readonly ModelMessage[];
  /** Without `execute`: calls come back to the caller, who answers each of them. */
  readonly tools: ToolSet;
  readonly toolChoice?: "auto" | "none";
  /** Time without anything from the model after which the call fails with ModelSilentError. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ModelToolCall {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
  /** Why the SDK could not read the call, if so: no such tool, or an input that is no JSON. */
  readonly problem: string | undefined;
}

export interface ModelAnswer {
  readonly text: string;
  readonly thought: string;
  readonly calls: readonly ModelToolCall[];
  /** The assistant's part of the conversation, as the provider wants it back; never a tool result. */
  readonly messages: readonly ModelMessage[];
  readonly usage: Usage;
  readonly finishReason: FinishReason;
  readonly atMs: number;
  readonly durationMs: number;
}

/** One call to the model, streamed, never retried here. Throws what the SDK throws; `modelError` reads it. */
export async function callModel(request: ModelCallRequest): Promise<ModelAnswer> {
  const { streamText } = await import("ai");
  const atMs = Date.now();
  const startedAt = performance.now();
  using idle = idleTimer(request.idleTimeoutMs);
  const result = streamText({
    model: request.model,
    instructions: request.instructions,
    messages: [...request.messages],
    tools: request.tools,
    toolChoice: request.toolChoice ?? "auto",
    maxRetries: 0,
    abortSignal: AbortSignal.any([request.signal, idle.signal]),
    // Errors are parts of the stream below; without this the SDK prints them.
    onError: () => undefined,
  });
  try {
    for await (const part of result.stream) {
      idle.restart();
      if (part.type === "error") throw part.error;
      if (part.type === "abort") break;
    }
    request.signal.throwIfAborted();
    idle.signal.throwIfAborted();
    const step = await result.finalStep;
    if (step.finishReason === "error") {
      throw new ModelAnswerError("the model ended its answer with an error");
    }
    return {
      text: step.text,
      thought: step.reasoningText ?? "",
      calls: step.toolCalls.map((call) => toolCallOf(call)),
      messages: step.response.messages.filter((message) => message.role === "assistant"),
      usage: usageOf(step.usage, step.providerMetadata),
      finishReason: step.finishReason,
      atMs,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (!request.signal.aborted && idle.signal.aborted) throw idle.signal.reason;
    throw error;
  }
}

/** What a model sends as input is unknown until a tool's schema has read it. */
function toolCallOf(call: {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: unknown;
  readonly invalid?: boolean | undefined;
  readonly error?: unknown;
}): ModelToolCall {
  return {
    callId: call.toolCallId,
    tool: call.toolName,
    input: call.input,
    problem: call.invalid === true ? problemOf(call.error) : undefined,
  };
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : "the call cannot be read";
}

interface IdleTimer extends Disposable {
  readonly signal: AbortSignal;
  restart(): void;
}

function idleTimer(timeoutMs: number): IdleTimer {
  const controller = new AbortController();
  const expire = (): void =>
    controller.abort(
      new ModelSilentError(`the model sent nothing for ${timeoutMs} ms; try again later`),
    );
  const timer = setTimeout(expire, timeoutMs);
  return {
    signal: controller.signal,
    restart: () => timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
