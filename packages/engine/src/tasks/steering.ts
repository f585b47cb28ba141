import { newId } from "@aomori/contract";
import type {
  AgentId,
  OrgId,
  SteeringActionName,
  SteeringDeliveryName,
  SteeringResource,
} from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findAgentRow, insertSteering, settleSteering, takePendingSteerings } from "@aomori/store";
import type { AgentRow, OrgScope } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
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

export async function requireAgent(scope: OrgScope, agentId: AgentId): Promise<AgentRow> {
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

/** Hands every pending order to the agent, each once, and records what came of it. */
export function deliverSteerings(engine: EngineContext, input: TaskInput, run: LiveRun): void {
  deliverPending(engine, input, run).catch((error: unknown) =>
    engine.log.error("steering was not delivered", { agent: run.agentId, error: String(error) }),
  );
}

async function deliverPending(
  engine: EngineContext,
  input: TaskInput,
  run: LiveRun,
): Promise<void> {
  const orders = await engine.store.transaction(input.orgId, (tx) =>
    takePendingSteerings(tx, run.agentId),
  );
  await Promise.all(orders.map((order) => deliverOne(engine, input, run, order)));
}

async function deliverOne(
  engine: EngineContext,
  input: TaskInput,
  run: LiveRun,
  order: SteeringResource,
): Promise<void> {
  const { id, action, instruction, deliver } = order;
  if (action === "stop") {
    await stopRun(run, { kind: "person", by: order.createdBy });
    return record(engine, input, run, order, "delivered");
  }
  if (action === "pause") run.paused = true;
  if (action === "resume") run.paused = false;
  const result = await run.agent.steer({ id, action, instruction, deliver });
  return record(engine, input, run, order, result);
}

/** Delivered means that the agent's conversation contains the order, so it is acknowledged in the same breath. */
async function record(
  engine: EngineContext,
  input: TaskInput,
  run: LiveRun,
  order: SteeringResource,
  result: "delivered" | "undeliverable",
): Promise<void> {
  const { id, action, deliver } = order;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await settleSteering(tx, id, result === "delivered" ? "acknowledged" : "undeliverable");
    if (result === "undeliverable") return;
    const facts = { ...board.facts(input.taskId), agentId: run.agentId };
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
