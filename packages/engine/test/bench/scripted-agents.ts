import type { AgentOutcome, StepDraft, UsageResource } from "@aomori/contract";
import type { AgentPort, AgentStart, LiveAgent, SteeringOrder } from "../../src/index.ts";

const usage: UsageResource = { inputTokens: 10, outputTokens: 2, costMicrousd: 5 };

/** What a scripted agent can do: it really writes into its worktree, and stops when it is told to. */
export interface Hands {
  readonly start: AgentStart;
  /** Which agent of its script this is, from 1. */
  readonly nth: number;
  readonly stopped: AbortSignal;
  write(path: string, text: string): Promise<void>;
  step(step: Partial<StepDraft>): void;
  /** Waits for the next order and takes it in; `undefined` once the agent is stopped. */
  order(): Promise<SteeringOrder | undefined>;
  /** Waits, or until the agent is stopped. */
  rest(ms?: number): Promise<void>;
  fail(error: Extract<AgentOutcome, { kind: "failed" }>["error"]): AgentOutcome;
}

/** Returns the agent's last words, or another outcome. */
export type AgentScript = (hands: Hands) => Promise<string | AgentOutcome>;

export type Write = (worktree: string, path: string, text: string) => Promise<void>;

class ScriptedAgent implements LiveAgent {
  readonly steps: AsyncIterable<StepDraft>;
  readonly result: Promise<AgentOutcome>;
  readonly #stop = new AbortController();
  readonly #queue: StepDraft[] = [];
  readonly #orders: {
    order: SteeringOrder;
    answer: (taken: "delivered" | "undeliverable") => void;
  }[] = [];
  #wake = Promise.withResolvers<void>();
  #over = false;

  constructor(start: AgentStart, nth: number, script: AgentScript, write: Write) {
    this.result = this.#run(start, nth, script, write);
    this.steps = this.#drain();
  }

  steer(order: SteeringOrder): Promise<"delivered" | "undeliverable"> {
    if (this.#over) return Promise.resolve("undeliverable");
    const { promise, resolve } = Promise.withResolvers<"delivered" | "undeliverable">();
    this.#orders.push({ order, answer: resolve });
    this.#rouse();
    return promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.result;
  }

  async #run(
    start: AgentStart,
    nth: number,
    script: AgentScript,
    write: Write,
  ): Promise<AgentOutcome> {
    const { signal } = this.#stop;
    signal.addEventListener("abort", () => this.#rouse());
    try {
      const end = await script({
        start,
        nth,
        stopped: signal,
        write: (path, text) => write(start.worktree, path, text),
        step: (step) => this.#push(step),
        order: () => this.#order(),
        rest: (ms) => rest(ms, signal),
        fail: (error) => ({ kind: "failed", usage, error }),
      });
      if (signal.aborted) return { kind: "stopped", usage };
      return typeof end === "string" ? { kind: "completed", finalText: end, usage } : end;
    } catch (error) {
      return {
        kind: "failed",
        usage,
        error: { class: "internal", code: "SCRIPT", message: String(error) },
      };
    } finally {
      this.#over = true;
      for (const { answer } of this.#orders.splice(0)) answer("undeliverable");
      this.#rouse();
    }
  }

  #push(step: Partial<StepDraft>): void {
    const summary = step.summary ?? step.type ?? "message";
    this.#queue.push({
      type: "message",
      text: null,
      tool: null,
      callId: null,
      data: null,
      atMs: Date.now(),
      durationMs: null,
      ...step,
      summary,
    });
    this.#rouse();
  }

  async #order(): Promise<SteeringOrder | undefined> {
    while (this.#orders.length === 0 && !this.#stop.signal.aborted) await this.#wake.promise;
    const next = this.#orders.shift();
    if (next === undefined) return undefined;
    next.answer("delivered");
    return next.order;
  }

  async *#drain(): AsyncGenerator<StepDraft, void> {
    for (;;) {
      yield* this.#queue.splice(0);
      if (this.#over) return;
      await this.#wake.promise;
    }
  }

  #rouse(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

function rest(ms: number | undefined, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}

/** Runs the script that a spec's model names. */
export class ScriptedAgents implements AgentPort {
  readonly #scripts = new Map<string, { script: AgentScript; count: number }>();
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  play(name: string, script: AgentScript): void {
    this.#scripts.set(name, { script, count: 0 });
  }

  start(request: AgentStart): LiveAgent {
    const found = this.#scripts.get(request.model?.model ?? "");
    if (found === undefined) throw new Error(`no script for ${request.model?.model}`);
    found.count += 1;
    return new ScriptedAgent(request, found.count, found.script, this.#write);
  }
}
