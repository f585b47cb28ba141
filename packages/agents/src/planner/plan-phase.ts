import { UserError, isCodedError } from "@aomori/protocol";
import type { LanguageModel, ToolSet } from "ai";
import * as z from "zod";

import { Conversation } from "../model/conversation.ts";
import { declareTools, readingTools } from "../builtin/tools/tool-box.ts";
import type { ModelChoice, ProviderKeys, Usage } from "../driver.ts";
import { languageModel } from "../model/language-model.ts";
import type { ModelAnswer, ModelToolCall } from "../model/model-call.ts";
import { modelError, thrownModelError } from "../model/model-error.ts";
import { callPatiently } from "../model/patient-call.ts";
import { addUsage, noUsage } from "../model/usage.ts";
import { parseAnswer } from "./parse-answer.ts";

export interface PlanRequest<Value> {
  readonly model: ModelChoice;
  readonly keys: ProviderKeys;
  readonly system: string;
  readonly prompt: string;
  /** What the answer must be; its JSON Schema is added to the instructions. */
  readonly schema: z.ZodType<Value>;
  /** A directory the model may list, read and search; nothing outside it, and no `.git`. */
  readonly repo?: { readonly root: string };
  /** Model calls before it must answer without further looking. */
  readonly maxSteps: number;
  /** Default 300,000. */
  readonly modelIdleTimeoutMs?: number;
  readonly signal: AbortSignal;
}

export type PlanOutcome<Value> = {
  /** The last answer as it came. */
  readonly text: string;
  readonly usage: Usage;
  readonly durationMs: number;
} & (
  | { readonly kind: "object"; readonly value: Value }
  /** Not what was asked for, also after one repair; the error can be quoted in the next attempt. */
  | { readonly kind: "malformed"; readonly parseError: string }
);

const defaultIdleTimeoutMs = 300_000;
const toolOutputBytes = 64 * 1024;

/**
 * Asks a model for one artefact. Throws RetryableError (rate_limited with `retryAfterMs`, temporary, timeout), UserError
 * (authn, config, cancelled) and nothing else but bugs.
 */
export async function planPhase<Value>(request: PlanRequest<Value>): Promise<PlanOutcome<Value>> {
  const startedAt = performance.now();
  try {
    const talk = new PlanTalk(request, await languageModel(request.model, request.keys));
    let text = await talk.ask();
    let answer = parseAnswer(text, request.schema);
    if (answer.kind === "malformed") {
      text = await talk.repair(answer.parseError);
      answer = parseAnswer(text, request.schema);
    }
    const durationMs = Math.round(performance.now() - startedAt);
    return { ...answer, text, usage: talk.usage, durationMs };
  } catch (error) {
    if (request.signal.aborted) {
      throw new UserError("cancelled", "CANCELLED", "planning was cancelled", { cause: error });
    }
    if (isCodedError(error)) throw error;
    throw thrownModelError(await modelError(error), error);
  }
}

/** One conversation about one artefact. */
class PlanTalk {
  usage: Usage = noUsage;
  readonly #request: Omit<PlanRequest<unknown>, "schema">;
  readonly #model: LanguageModel;
  readonly #instructions: string;
  readonly #conversation: Conversation;
  #modelCalls = 0;

  constructor(request: PlanRequest<unknown>, model: LanguageModel) {
    this.#request = request;
    this.#model = model;
    this.#instructions = instructionsOf(request);
    this.#conversation = new Conversation(request.prompt);
  }

  /** The model's answer, after it has looked around as much as it wants and may. */
  async ask(): Promise<string> {
    const tools = this.#request.repo === undefined ? {} : await declareTools(readingTools);
    for (;;) {
      const isLast = this.#modelCalls + 1 >= this.#request.maxSteps;
      if (isLast && this.#modelCalls > 0) {
        this.#conversation.say("You have looked around enough. Answer now, with the JSON object.");
      }
      const answer = await this.#call(tools, isLast);
      if (answer.calls.length === 0 || isLast) return answer.text;
    }
  }

  async repair(parseError: string): Promise<string> {
    this.#conversation.say(
      `Your answer cannot be used: ${parseError}\n\nAnswer again with the whole JSON object, corrected, and nothing else.`,
    );
    const tools = this.#request.repo === undefined ? {} : await declareTools(readingTools);
    return (await this.#call(tools, true)).text;
  }

  async #call(tools: ToolSet, mustAnswer: boolean): Promise<ModelAnswer> {
    const hasWorkToLose = this.#modelCalls > 0;
    this.#modelCalls += 1;
    const request = {
      model: this.#model,
      instructions: this.#instructions,
      messages: this.#conversation.messages,
      // Declared also when they may not be used: some providers refuse earlier calls of undeclared tools.
      tools,
      toolChoice: mustAnswer ? ("none" as const) : ("auto" as const),
      idleTimeoutMs: this.#request.modelIdleTimeoutMs ?? defaultIdleTimeoutMs,
      signal: this.#request.signal,
    };
    const answer = await callPatiently(request, hasWorkToLose);
    this.usage = addUsage(this.usage, answer.usage);
    this.#conversation.add(answer, await this.#runTools(answer.calls));
    return answer;
  }

  async #runTools(calls: readonly ModelToolCall[]): Promise<Map<ModelToolCall, string>> {
    const results = new Map<ModelToolCall, string>();
    for (const call of calls) results.set(call, await this.#runTool(call));
    return results;
  }

  async #runTool(call: ModelToolCall): Promise<string> {
    const { repo, signal } = this.#request;
    const tool = readingTools.find(({ name }) => name === call.tool);
    if (tool === undefined || repo === undefined)
      return `Error: there is no tool ${call.tool} here`;
    if (call.problem !== undefined) return `Error: ${call.problem}`;
    const result = await tool.run(call.input, {
      root: repo.root,
      maxOutputBytes: toolOutputBytes,
      commandTimeoutMs: 0,
      confinesCommands: true,
      commandEnv: async () => ({}),
      signal,
    });
    signal.throwIfAborted();
    return result.ok ? result.text : `Error: ${result.text}`;
  }
}

function instructionsOf({ system, schema, repo }: PlanRequest<unknown>): string {
  const look =
    repo === undefined
      ? ""
      : "Look at the repository with your tools before you answer. Paths are relative to its root.";
  const form = `Answer with one JSON object and nothing else. It must fit this JSON Schema:\n${JSON.stringify(
    z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
  )}`;
  return [system, look, form].filter((part) => part !== "").join("\n\n");
}
