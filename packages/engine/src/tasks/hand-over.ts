import { newId } from "@aomori/contract";
import type { AgentId, SteeringActionName, SteeringResource } from "@aomori/contract";
import { insertSteering, listSteerings, settleSteering } from "@aomori/store";
import type { OrgTransaction } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import type { TaskFacts } from "./board.ts";

/** What still holds of an interrupted agent's orders: its instructions, and that it was paused or was to stop. */
function standing(orders: readonly SteeringResource[]): readonly SteeringResource[] {
  const lastOf = (...actions: SteeringActionName[]): SteeringResource | undefined =>
    orders.findLast((order) => actions.includes(order.action));
  const kept = [lastOf("pause", "resume"), lastOf("stop")];
  return orders.filter(
    ({ action, id }) =>
      action === "refocus" ||
      action === "redirect" ||
      (action !== "resume" && kept.some((order) => order?.id === id)),
  );
}

/** Gives the orders of an interrupted agent to the one that takes its place: the new one has read none of them. */
export async function handOver(
  engine: EngineContext,
  tx: OrgTransaction,
  facts: TaskFacts,
  agents: { readonly from: AgentId; readonly to: AgentId },
): Promise<void> {
  const orders = await listSteerings(tx, agents.from);
  for (const { id, status } of orders) {
    if (status === "pending" || status === "delivered")
      await settleSteering(tx, id, "undeliverable");
  }
  for (const { action, instruction, createdBy: by } of standing(orders)) {
    engine.live.noteOrder(agents.to);
    const id = newId("steer", engine.random.bytes);
    const order = { id, agentId: agents.to, action, instruction, createdBy: by };
    await insertSteering(tx, { ...order, deliver: "now" });
    const what = instruction === "" ? action : `${action}: ${instruction}`;
    tx.emit({
      ...facts,
      agentId: agents.to,
      type: "steering.intervention",
      summary: `${by} → ${agents.to}, handed over from ${agents.from}: ${what}`,
      data: { steeringId: id, action, deliver: "now", instruction, by },
    });
  }
}
