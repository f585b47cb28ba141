import type { AgentId, EventType, StepTypeName } from "@aomori/contract";
import { appendSteps, heartbeatAgent, insertDiscovery } from "@aomori/store";
import type { OrgTransaction } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { StepDraft } from "../ports.ts";
import type { TaskFacts } from "./board.ts";

const flushAfterMs = 40;
const flushAtSteps = 64;

const eventOfStep: Readonly<Partial<Record<StepTypeName, EventType>>> = {
  thought: "agent.output",
  message: "agent.output",
  tool_call: "agent.tool_call",
  tool_result: "agent.tool_result",
  file_change: "agent.file_changed",
};

/**
 * Writes an agent's steps to the store in batches, each with its events in the same transaction, and keeps
 * the agent's heartbeat. `record` waits while a batch is being written, so a fast agent cannot run ahead.
 */
export class AgentRecorder {
  readonly #engine: EngineContext;
  readonly #input: TaskInput;
  readonly #agentId: AgentId;
  readonly #facts: TaskFacts;
  readonly #heartbeat: NodeJS.Timeout;
  #pending: StepDraft[] = [];
  #position = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  lastStepAtMs: number;

  constructor(engine: EngineContext, input: TaskInput, agentId: AgentId, facts: TaskFacts) {
    this.#engine = engine;
    this.#input = input;
    this.#agentId = agentId;
    this.#facts = facts;
    this.lastStepAtMs = engine.clock.now();
    this.#heartbeat = setInterval(() => this.#beat(), engine.heartbeatMs);
    this.#heartbeat.unref();
  }

  get stepCount(): number {
    return this.#position + this.#pending.length;
  }

  async record(step: StepDraft): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.lastStepAtMs = this.#engine.clock.now();
    this.#pending.push(step);
    if (this.#pending.length >= flushAtSteps) return this.flush();
    this.#timer ??= setTimeout(
      () => void this.flush().catch((error) => this.#fail(error)),
      flushAfterMs,
    );
  }

  /** Resolves once everything recorded so far is in the store. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const steps = this.#pending;
    this.#pending = [];
    if (steps.length > 0) {
      const position = this.#position;
      this.#position += steps.length;
      this.#writing = this.#writing.then(() => this.#write(steps, position));
    }
    return this.#writing;
  }

  /** Ends the heartbeat and writes the rest; throws what a batch failed with. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.flush();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
  }

  async #write(steps: readonly StepDraft[], position: number): Promise<void> {
    await this.#engine.store.transaction(this.#input.orgId, async (tx) => {
      await appendSteps(tx, this.#agentId, position, steps);
      for (const [offset, step] of steps.entries()) {
        this.#tell(tx, step, position + offset);
        await this.#discover(tx, step, position + offset);
      }
    });
  }

  #tell(tx: OrgTransaction, step: StepDraft, index: number): void {
    const type = eventOfStep[step.type];
    if (type === undefined) return;
    tx.emit({
      ...this.#facts,
      agentId: this.#agentId,
      type,
      summary: step.summary,
      data: { index, stepType: step.type, tool: step.tool, durationMs: step.durationMs },
    });
  }

  async #discover(tx: OrgTransaction, step: StepDraft, index: number): Promise<void> {
    const found = discoveryOf(step);
    if (found === undefined) return;
    const id = await insertDiscovery(tx, {
      specId: this.#input.specId,
      sourceTaskId: this.#input.taskId,
      agentId: this.#agentId,
      originKey: `${this.#agentId}/${index}`,
      ...found,
    });
    if (id === undefined) return;
    tx.emit({
      ...this.#facts,
      agentId: this.#agentId,
      type: "discovery.created",
      summary: `${id}: ${found.title} (from ${this.#input.taskId})`,
      data: { discoveryId: id, ...found },
    });
  }

  #beat(): void {
    const { store, log } = this.#engine;
    void store
      .transaction(this.#input.orgId, async (tx) => {
        await heartbeatAgent(tx, this.#agentId);
        tx.emit({
          ...this.#facts,
          agentId: this.#agentId,
          type: "agent.heartbeat",
          summary: `${this.stepCount} steps`,
          data: { health: "healthy", steps: this.stepCount },
        });
      })
      .catch((error: unknown) => log.warn("a heartbeat was not stored", { error: String(error) }));
  }
}

function discoveryOf(step: StepDraft): { title: string; description: string } | undefined {
  if (step.type !== "tool_result" || typeof step.data !== "object" || step.data === null)
    return undefined;
  const discovery = "discovery" in step.data ? step.data["discovery"] : undefined;
  if (typeof discovery !== "object" || discovery === null || Array.isArray(discovery))
    return undefined;
  const { title, description } = { title: "", description: "", ...discovery };
  if (typeof title !== "string" || title === "") return undefined;
  return { title, description: typeof description === "string" ? description : "" };
}
