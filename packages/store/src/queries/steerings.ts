import type { AgentId, SteeringId, SteeringResource } from "@aomori/contract";
import { sql } from "kysely";

import type { OrgScope } from "../scope.ts";
import type { OrgTransaction } from "../transaction.ts";

const columns = [
  "id",
  "agentId",
  "action",
  "instruction",
  "deliver",
  "status",
  "createdBy",
  "createdAt",
  "deliveredAt",
] as const;

export async function insertSteering(
  transaction: OrgTransaction,
  steering: Omit<SteeringResource, "status" | "createdAt" | "deliveredAt">,
): Promise<SteeringResource> {
  return transaction
    .insert("steerings", {
      ...steering,
      status: "pending",
      createdAt: transaction.now,
      deliveredAt: null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** An agent's pending orders, oldest first. They count as delivered from now on, so nobody takes one twice. */
export async function takePendingSteerings(
  transaction: OrgTransaction,
  agentId: AgentId,
): Promise<SteeringResource[]> {
  const taken = await transaction
    .update("steerings")
    .set({ status: "delivered", deliveredAt: transaction.now })
    .where("agentId", "=", agentId)
    .where("status", "=", "pending")
    .returning(columns)
    .execute();
  return taken.sort(
    (left, right) =>
      left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id),
  );
}

/** Records what came of an order that was taken. */
export async function settleSteering(
  transaction: OrgTransaction,
  id: SteeringId,
  status: "acknowledged" | "undeliverable",
): Promise<boolean> {
  const result = await transaction
    .update("steerings")
    .set({
      status,
      ...(status === "undeliverable" ? { deliveredAt: null } : {}),
    })
    .where("id", "=", id)
    .where("status", "in", ["pending", "delivered"])
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/** Records that an agent that is over will take none of its open orders. */
export async function dropSteerings(transaction: OrgTransaction, agentId: AgentId): Promise<void> {
  await transaction
    .update("steerings")
    .set({ status: "undeliverable", deliveredAt: null })
    .where("agentId", "=", agentId)
    .where("status", "in", ["pending", "delivered"])
    .execute();
}

export async function getSteering(
  scope: OrgScope,
  id: SteeringId,
): Promise<SteeringResource | undefined> {
  return scope.select("steerings").select(columns).where("id", "=", id).executeTakeFirst();
}

/** An agent's orders, oldest first. */
export async function listSteerings(
  scope: OrgScope,
  agentId: AgentId,
): Promise<SteeringResource[]> {
  return scope
    .select("steerings")
    .select(columns)
    .where("agentId", "=", agentId)
    .orderBy(sql`created_at, id`)
    .execute();
}
