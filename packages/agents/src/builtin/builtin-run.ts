import { isCodedError } from "@aomori/protocol";
import type { LanguageModel, ToolSet } from "ai";

import type { AgentRun, AgentRunRequest, SteeringRequest, Usage } from "../driver.ts";
import type { AgentOutcome } from "@aomori/contract";
import { ProcessGuard } from "@aomori/system";
import { languageModel } from "../model/language-model.ts";
import type { ModelAnswer, ModelToolCall } from "../model/model-call.ts";
import { modelError } from "../model/model-error.ts";
import { callPatiently } from "../model/patient-call.ts";
import { addUsage, noUsage } from "../model/usage.ts";
import { steeringText } from "../steps/steering-text.ts";
import {
  fileChangeStep,
  messageStep,
  steeringStep,
  thoughtStep,
  toolCallStep,
  toolResultStep,
  usageStep,
} from "../steps/step-drafts.ts";
import { StepQueue } from "../steps/step-queue.ts";
import { Conversation } from "../model/conversation.ts";
import { systemPrompt } from "./system-prompt.ts";
import { SteeringDesk } from "./steering-desk.ts";
import type { AgentTool, ToolResult } from "./tools/tool.ts";
import { declareTools, toolsByMode } from "./tools/tool-box.ts";

export interface BuiltinOptions {
  readonly modelIdleTimeoutMs: number;
}

/** Why a model call or a tool was ended early. */
const interrupted = Symbol("interrupted by steering");

/** One run of our own agent: a loop of model call and tool calls, in this process. */
export class BuiltinRun implements AgentRun {
  readonly steps: StepQueue = new StepQueue();
  readonly result: Promise<AgentOutcome>;
  readonly #request: AgentRunRequest;
  readonly #options: BuiltinOptions;
  readonly #tools: readonly AgentTool[];
  readonly #stop = new AbortController();
  readonly #stopSignal: AbortSignal;
  readonly #desk: SteeringDesk;
  readonly #conversation: Conversation;
  #interrupt = new AbortController();
  #guard: Promise<ProcessGuard> | undefined;
  #usage: Usage = noUsage;
  #isPaused = false;
  #modelCalls = 0;

  constructor(request: AgentRunRequest, options: BuiltinOptions) {
    this.#request = request;
    this.#options = options;
    this.#tools = toolsByMode[request.mode];
    this.#stopSignal = AbortSignal.any([this.#stop.signal, request.signal]);
    this.#stopSignal.addEventListener("abort", () => this.steps.release(), { once: true });
    this.#conversation = new Conversation(request.prompt);
    this.#desk = new SteeringDesk((steering) => {
      if (steering.deliver === "now" && steering.action !== "resume") {
        this.#interrupt.abort(interrupted);
      }
    });
    this.result = this.#run();
  }

  async steer(steering: SteeringRequest): Promise<"delivered" | "undeliverable"> {
    const answer = this.#desk.submit(steering);
    if (steering.action === "stop") this.#stop.abort();
    return answer;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.result;
  }

  async #run(): Promise<AgentOutcome> {
    let outcome: AgentOutcome;
    try {
      outcome = await this.#loop();
    } catch (error) {
      outcome = this.#stopSignal.aborted
        ? { kind: "stopped", usage: this.#usage }
        : { kind: "failed", error: await modelError(error), usage: this.#usage };
    }
    if (outcome.kind === "stopped") await this.#acknowledgeStops();
    this.#desk.close();
    await this.#endProcesses();
    this.steps.close();
    return outcome;
  }

  async #endProcesses(): Promise<void> {
    try {
      const guard = await this.#guard;
      await guard?.close();
    } catch (error) {
      // A guard that could not be started has already failed the command that asked for it, and no other ran.
      if (!isCodedError(error)) throw error;
    }
  }

  async #loop(): Promise<AgentOutcome> {
    const { model: choice, keys, limits } = this.#request;
    if (choice === null)
      return this.#failed(
        "MODEL_NOT_CONFIGURED",
        "the builtin agent needs a model; set a provider key or name a model",
      );
    const model = await languageModel(choice, keys);
    const tools = await declareTools(this.#tools);
    for (;;) {
      await this.#deliver("between-steps");
      if (this.#modelCalls >= limits.maxSteps) {
        return this.#failed(
          "STEP_LIMIT",
          `the agent did not finish within ${limits.maxSteps} model calls; make its task smaller or raise the limit`,
        );
      }
      const answer = await this.#ask(model, tools);
      if (answer === undefined) continue;
      const results = await this.#runTools(answer.calls);
      this.#conversation.add(answer, results);
      if (answer.calls.length > 0) continue;
      if (answer.finishReason === "content-filter") {
        return this.#failed(
          "MODEL_REFUSED",
          "the model's provider withheld its answer; word the task otherwise",
        );
      }
      if (answer.finishReason === "length") {
        this.#conversation.say(
          "Your answer was cut off at its length limit. Go on where it ended.",
        );
      } else if (!(await this.#deliver("end"))) {
        return { kind: "completed", finalText: answer.text, usage: this.#usage };
      }
    }
  }

  #failed(code: string, message: string): AgentOutcome {
    const error = { class: "agent_error", code, message } as const;
    return { kind: "failed", error, usage: this.#usage };
  }

  /** One answer of the model; undefined when steering interrupted it. */
  async #ask(model: LanguageModel, tools: ToolSet): Promise<ModelAnswer | undefined> {
    const signal = AbortSignal.any([this.#stopSignal, this.#interrupt.signal]);
    try {
      const hasWorkToLose = this.#modelCalls > 0;
      this.#modelCalls += 1;
      const request = {
        model,
        instructions: systemPrompt(this.#request),
        messages: this.#conversation.messages,
        tools,
        idleTimeoutMs: this.#options.modelIdleTimeoutMs,
        signal,
      };
      const answer = await callPatiently(request, hasWorkToLose);
      await this.#record(answer);
      return answer;
    } catch (error) {
      this.#stopSignal.throwIfAborted();
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #record(answer: ModelAnswer): Promise<void> {
    this.#usage = addUsage(this.#usage, answer.usage);
    const timing = { atMs: answer.atMs, durationMs: answer.durationMs };
    if (answer.thought !== "") await this.steps.push(thoughtStep(answer.thought, timing));
    if (answer.text !== "") await this.steps.push(messageStep(answer.text, timing));
    await this.steps.push(usageStep(answer.usage, timing));
  }

  /** Runs the calls one after the other; every one gets a result, also when steering interrupts them. */
  async #runTools(calls: readonly ModelToolCall[]): Promise<Map<ModelToolCall, string>> {
    const results = new Map<ModelToolCall, string>();
    const signal = AbortSignal.any([this.#stopSignal, this.#interrupt.signal]);
    for (const call of calls) {
      await this.steps.push(toolCallStep(call, call.input, Date.now()));
      const startedAt = performance.now();
      const result = await this.#runTool(call, signal);
      this.#stopSignal.throwIfAborted();
      const durationMs = Math.round(performance.now() - startedAt);
      const atMs = Date.now();
      results.set(call, result.ok ? result.text : `Error: ${result.text}`);
      await this.steps.push(toolResultStep(call, result, { atMs, durationMs }));
      if (result.change !== undefined) {
        await this.steps.push(fileChangeStep(call, result.change, atMs));
      }
    }
    return results;
  }

  async #runTool(call: ModelToolCall, signal: AbortSignal): Promise<ToolResult> {
    if (signal.aborted) return { ok: false, text: "not run: steering came first" };
    const tool = this.#tools.find(({ name }) => name === call.tool);
    if (tool === undefined) {
      const names = this.#tools.map(({ name }) => name).join(", ");
      return { ok: false, text: `there is no tool ${call.tool} here; there are ${names}` };
    }
    if (call.problem !== undefined) return { ok: false, text: call.problem };
    const { worktree, limits } = this.#request;
    try {
      return await tool.run(call.input, {
        root: worktree,
        maxOutputBytes: limits.maxOutputBytes,
        commandTimeoutMs: limits.commandTimeoutMs,
        confinesCommands: limits.confinesCommands,
        commandEnv: () => this.#commandEnv(),
        signal,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ok: false, text: "interrupted by steering" };
    }
  }

  /** The guard costs a process, so that it is started with the first command. */
  async #commandEnv(): Promise<Readonly<Record<string, string>>> {
    this.#guard ??= ProcessGuard.open({ name: "AOMORI_AGENT_ID", value: this.#request.agentId });
    return { ...this.#request.env, ...(await this.#guard).env };
  }

  /** Delivers what is due and holds the agent while it is paused. True when the conversation has grown. */
  async #deliver(point: "between-steps" | "end"): Promise<boolean> {
    for (let hasGrown = false; ;) {
      this.#stopSignal.throwIfAborted();
      const next = this.#desk.take(this.#isPaused ? "between-steps" : point);
      if (next !== undefined) {
        hasGrown = this.#apply(next.steering) || hasGrown;
        next.answer("delivered");
        await this.steps.push(steeringStep(next.steering, Date.now()));
      } else if (this.#isPaused) {
        await this.#desk.arrival(this.#stopSignal);
      } else {
        // Nothing is due any more, so that an interruption of before has had its effect.
        if (this.#interrupt.signal.aborted) this.#interrupt = new AbortController();
        return hasGrown;
      }
    }
  }

  #apply(steering: SteeringRequest): boolean {
    if (steering.action === "pause" || steering.action === "resume") {
      this.#isPaused = steering.action === "pause";
      return false;
    }
    this.#conversation.say(steeringText(steering));
    return true;
  }

  async #acknowledgeStops(): Promise<void> {
    for (let next = this.#desk.take("end"); next !== undefined; next = this.#desk.take("end")) {
      next.answer(next.steering.action === "stop" ? "delivered" : "undeliverable");
      if (next.steering.action === "stop") {
        await this.steps.push(steeringStep(next.steering, Date.now()));
      }
    }
  }
}
