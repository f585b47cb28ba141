import type { AgentId, EventType, OrgId, SpecId, StepTypeName, TaskId } from "@aomori/contract";
import { appendSteps, heartbeatAgent, insertDiscovery } from "@aomori/store";
import type { OrgTransaction, StepBatch } from "@aomori/store";
import { isRecord } from "@aomori/system";
import type { EngineContext } from "../context.ts";
import type { StepDraft } from "@aomori/contract";
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

export interface RecordedAgent {
  readonly orgId: OrgId;
  readonly agentId: AgentId;
  readonly specId: SpecId;
  readonly taskId: TaskId;
  readonly facts: TaskFacts;
}

/**
 * Writes an agent's steps to the store in batches, each with its events in the same transaction, and keeps
 * the agent's heartbeat. `record` waits while a batch is being written, so a fast agent cannot run ahead.
 */
export class AgentRecorder {
  readonly #engine: EngineContext;
  readonly #agent: RecordedAgent;
  readonly #heartbeat: NodeJS.Timeout;
  #pending: StepDraft[] = [];
  #position = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  lastStepAtMs: number;

  constructor(engine: EngineContext, agent: RecordedAgent) {
    this.#engine = engine;
    this.#agent = agent;
    this.lastStepAtMs = engine.clock.now();
    this.#heartbeat = setInterval(() => this.#beat(), engine.heartbeatMs);
    this.#heartbeat.unref();
  }

  get stepCount(): number {
    return this.#position + this.#pending.length;
  }

  async record(step: StepDraft): Promise<void> {
    this.throwFailure();
    this.lastStepAtMs = this.#engine.clock.now();
    this.#pending.push(step);
    if (this.#pending.length < flushAtSteps) {
      this.#timer ??= setTimeout(() => this.#takePending(), flushAfterMs);
      return;
    }
    this.#takePending();
    await this.#writing;
    this.throwFailure();
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the heartbeat and hands out what is not written yet, to be stored with the agent's end; nothing after a failure. */
  async close(): Promise<StepBatch> {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    await this.#writing;
    const steps = this.#failure === undefined ? this.#pending : [];
    this.#pending = [];
    const batch = { position: this.#position, steps };
    this.#position += steps.length;
    return batch;
  }

  #takePending(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const steps = this.#pending;
    this.#pending = [];
    if (steps.length === 0) return;
    const position = this.#position;
    this.#position += steps.length;
    this.#inTurn(async () => {
      // A trajectory with a hole would lie: after a failure nothing more is written.
      if (this.#failure === undefined) await this.#write(steps, position);
    });
  }

  #inTurn(body: () => Promise<void>): void {
    this.#writing = this.#writing.then(body).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async #write(steps: readonly StepDraft[], position: number): Promise<void> {
    const { orgId, agentId } = this.#agent;
    await this.#engine.store.transaction(orgId, async (tx) => {
      appendSteps(tx, agentId, { position, steps });
      await this.tell(tx, { position, steps });
    });
  }

  /** Tells of steps that the caller adds in the same transaction. */
  async tell(tx: OrgTransaction, { position, steps }: StepBatch): Promise<void> {
    for (const [offset, step] of steps.entries()) {
      this.#tellOne(tx, step, position + offset);
      await this.#discover(tx, step, position + offset);
    }
  }

  #tellOne(tx: OrgTransaction, step: StepBatch["steps"][number], index: number): void {
    const type = eventOfStep[step.type];
    if (type === undefined) return;
    tx.emit({
      ...this.#agent.facts,
      agentId: this.#agent.agentId,
      type,
      summary: step.summary,
      data: { index, stepType: step.type, tool: step.tool, durationMs: step.durationMs },
    });
  }

  async #discover(
    tx: OrgTransaction,
    step: StepBatch["steps"][number],
    index: number,
  ): Promise<void> {
    const found = discoveryOf(step);
    if (found === undefined) return;
    const { specId, taskId, agentId, facts } = this.#agent;
    const id = await insertDiscovery(tx, {
      specId,
      sourceTaskId: taskId,
      agentId,
      originKey: `${agentId}/${index}`,
      ...found,
    });
    if (id === undefined) return;
    tx.emit({
      ...facts,
      agentId,
      type: "discovery.created",
      summary: `${id}: ${found.title} (from ${taskId})`,
      data: { discoveryId: id, ...found },
    });
  }

  /** Behind the batch under way, so that no beat is told after the agent's end. */
  #beat(): void {
    this.#inTurn(() =>
      this.#storeBeat().catch((error: unknown) =>
        // The next one makes up for it, and the agent's health shows it meanwhile.
        this.#engine.log.warn("a heartbeat was not stored", { error: String(error) }),
      ),
    );
  }

  async #storeBeat(): Promise<void> {
    const { orgId, agentId, facts } = this.#agent;
    await this.#engine.store.transaction(orgId, async (tx) => {
      if (!(await heartbeatAgent(tx, agentId))) return;
      tx.emit({
        ...facts,
        agentId,
        type: "agent.heartbeat",
        summary: `${this.stepCount} steps`,
        data: { health: "healthy", steps: this.stepCount },
      });
    });
  }
}

function discoveryOf(
  step: StepBatch["steps"][number],
): { title: string; description: string } | undefined {
  if (step.type !== "tool_result" || !isRecord(step.data)) return undefined;
  const { discovery } = step.data;
  if (!isRecord(discovery)) return undefined;
  const { title, description } = discovery;
  if (typeof title !== "string" || title === "") return undefined;
  return { title, description: typeof description === "string" ? description : "" };
}
