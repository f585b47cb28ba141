import { newId } from "@aomori/contract";
import type {
  AgentId,
  OrgId,
  SteeringActionName,
  SteeringDeliveryName,
  SteeringResource,
} from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import {
  findAgentRow,
  insertSteering,
  setAgentStatus,
  settleSteering,
  takePendingSteerings,
} from "@aomori/store";
import type { AgentRow, OrgScope } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import type { LiveRun } from "./live-runs.ts";
import { stopRun } from "./live-runs.ts";

export interface SteerRequest {
  readonly orgId: OrgId;
  readonly agentId: AgentId;
  readonly action: SteeringActionName;
  readonly instruction: string;
  readonly deliver: SteeringDeliveryName;
  readonly by: string;
}

async function requireAgent(scope: OrgScope, agentId: AgentId): Promise<AgentRow> {
  const agent = await findAgentRow(scope, agentId);
  if (agent === undefined) {
    throw new UserError(
      "not_found",
      "AGENT_NOT_FOUND",
      `agent ${agentId} not found; list agents with "aomori agent list"`,
    );
  }
  return agent;
}

/** Stores an order for a running agent and hands it over. Errors: AGENT_NOT_FOUND, AGENT_OVER. */
export async function steerAgent(
  engine: EngineContext,
  request: SteerRequest,
): Promise<SteeringResource> {
  const { orgId, agentId, action, instruction, deliver, by } = request;
  const agent = await requireAgent(engine.store.scope(orgId), agentId);
  const steering = await engine.boards.change(orgId, agent.specId, async (board, tx) => {
    const now = await requireAgent(tx, agentId);
    if (now.endedAt !== null) {
      throw new UserError(
        "conflict",
        "AGENT_OVER",
        `agent ${agentId} is ${now.status} and takes no more orders`,
      );
    }
    engine.live.noteOrder(agentId);
    const id = newId("steer", engine.random.bytes);
    const stored = await insertSteering(tx, {
      id,
      agentId,
      action,
      instruction,
      deliver,
      createdBy: by,
    });
    tx.emit({
      ...board.facts(agent.taskId),
      agentId,
      type: "steering.intervention",
      summary: `${by} → ${agentId}: ${instruction === "" ? action : `${action}: ${instruction}`}`,
      data: { steeringId: id, action, deliver, instruction, by },
    });
    return stored;
  });
  engine.live.get(agentId)?.deliver();
  return steering;
}

/** Hands every pending order to the agent, each once, and records what came of it. What fails here is undeliverable at the run's end. */
export function deliverSteerings(engine: EngineContext, run: LiveRun): void {
  const delivery = deliverPending(engine, run)
    .catch((error: unknown) =>
      engine.log.error("steering was not delivered", { agent: run.agentId, error: String(error) }),
    )
    .finally(() => run.deliveries.delete(delivery));
  run.deliveries.add(delivery);
}

async function deliverPending(engine: EngineContext, run: LiveRun): Promise<void> {
  const orders = await engine.store.transaction(run.orgId, (tx) =>
    takePendingSteerings(tx, run.agentId),
  );
  await Promise.all(orders.map((order) => deliverOne(engine, run, order)));
}

async function deliverOne(
  engine: EngineContext,
  run: LiveRun,
  order: SteeringResource,
): Promise<void> {
  const { id, action, instruction, deliver } = order;
  if (action === "stop") {
    await stopByPerson(engine, run, order.createdBy);
    return acknowledge(engine, run, order);
  }
  const result = await run.agent.steer({ id, action, instruction, deliver });
  if (result === "undeliverable") {
    await engine.store.transaction(run.orgId, (tx) => settleSteering(tx, id, "undeliverable"));
    return;
  }
  noteRest(run, action, engine.clock.now());
  await acknowledge(engine, run, order);
}

/** A paused agent is idle: its time stands still until it is resumed. */
function noteRest(run: LiveRun, action: SteeringActionName, nowMs: number): void {
  if (action === "pause") run.pausedAtMs ??= nowMs;
  if (action !== "resume" || run.pausedAtMs === undefined) return;
  run.pausedMs += nowMs - run.pausedAtMs;
  run.pausedAtMs = undefined;
  run.resumedAtMs = nowMs;
}

const statusAfter: Readonly<Partial<Record<SteeringActionName, "idle" | "active">>> = {
  pause: "idle",
  resume: "active",
};

/** Delivered means that the agent's conversation contains the order, so it is acknowledged in the same breath. */
async function acknowledge(
  engine: EngineContext,
  run: LiveRun,
  order: SteeringResource,
): Promise<void> {
  const { id, action, deliver } = order;
  await engine.boards.change(run.orgId, run.specId, async (board, tx) => {
    if (!(await settleSteering(tx, id, "acknowledged"))) return;
    const status = statusAfter[action];
    if (status !== undefined) await setAgentStatus(tx, run.agentId, status);
    const facts = { ...board.facts(run.taskId), agentId: run.agentId };
    const data = { steeringId: id, action, deliver };
    tx.emit({
      ...facts,
      type: "steering.delivered",
      summary: `${action} delivered to ${run.agentId}`,
      data,
    });
    tx.emit({
      ...facts,
      type: "agent.message_delivered",
      summary: `${run.agentId} has ${id}`,
      data: { steeringId: id },
    });
    tx.emit({
      ...facts,
      type: "steering.acknowledged",
      summary: `${run.agentId} follows ${action}`,
      data,
    });
  });
}

/** Stops a run and shows that it is being stopped. */
async function stopByPerson(engine: EngineContext, run: LiveRun, by: string): Promise<void> {
  const shown = engine.store.transaction(run.orgId, (tx) =>
    setAgentStatus(tx, run.agentId, "stopping"),
  );
  await Promise.all([shown, stopRun(run, { kind: "person", by })]);
}

/** Stops one agent; its task fails and can be retried. Errors: AGENT_NOT_FOUND, AGENT_OVER. */
export async function stopAgent(
  engine: EngineContext,
  orgId: OrgId,
  agentId: AgentId,
  by: string,
): Promise<void> {
  const agent = await requireAgent(engine.store.scope(orgId), agentId);
  const run = engine.live.get(agentId);
  if (run === undefined) {
    throw new UserError(
      "conflict",
      "AGENT_OVER",
      agent.endedAt === null
        ? `agent ${agentId} is ${agent.status}, but not in this process; wait a moment and try again`
        : `agent ${agentId} is ${agent.status} already`,
    );
  }
  await stopByPerson(engine, run, by);
}
