import type { DiscoveryId } from "@aomori/contract";
import type { Selectable } from "kysely";

import type { OrgScope } from "../scope.ts";
import type { SpecId } from "@aomori/contract";
import type { DiscoveriesTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { numberOf, reserveNumbers } from "./task-creation.ts";

export type DiscoveryRow = Omit<Selectable<DiscoveriesTable>, "orgId">;

export type NewDiscovery = Pick<
  DiscoveryRow,
  "specId" | "sourceTaskId" | "agentId" | "originKey" | "title" | "description"
>;

/** Adds what an agent found; undefined when the same origin has been added before. */
export async function insertDiscovery(
  transaction: OrgTransaction,
  discovery: NewDiscovery,
): Promise<DiscoveryId | undefined> {
  const known = await transaction
    .select("discoveries")
    .select("id")
    .where("specId", "=", discovery.specId)
    .where("originKey", "=", discovery.originKey)
    .executeTakeFirst();
  if (known !== undefined) return undefined;
  const {
    discoveries: [id],
  } = await reserveNumbers(transaction, { discoveries: 1 });
  if (id === undefined) throw new Error("no discovery number was reserved");
  const added = await transaction
    .insert("discoveries", {
      ...discovery,
      id,
      number: numberOf(id),
      status: "pending",
      createdAt: transaction.now,
    })
    .onConflict((conflict) => conflict.columns(["specId", "originKey"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return added?.id;
}

/** By number. */
export async function listDiscoveries(scope: OrgScope, specId: SpecId): Promise<DiscoveryRow[]> {
  const rows = await scope
    .select("discoveries")
    .selectAll()
    .where("specId", "=", specId)
    .orderBy("number")
    .execute();
  return rows.map((row) => {
    const { orgId: _, ...own } = row;
    return own;
  });
}
