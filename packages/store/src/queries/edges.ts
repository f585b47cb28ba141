import type { SpecId, TaskId } from "@aomori/contract";
import { sql } from "kysely";

import type { OrgScope } from "../scope.ts";
import type { OrgTransaction } from "../transaction.ts";

/** `to` waits for `from`. */
export interface TaskEdge {
  readonly from: TaskId;
  readonly to: TaskId;
}

/** Every edge of a spec's graph. */
export async function listEdges(scope: OrgScope, specId: SpecId): Promise<TaskEdge[]> {
  return scope
    .select("taskEdges")
    .select(["dependsOn as from", "taskId as to"])
    .where("specId", "=", specId)
    .execute();
}

/** Adds edges, those that are there already aside. The caller has made sure that they close no cycle. */
export async function insertEdges(
  transaction: OrgTransaction,
  specId: SpecId,
  edges: readonly TaskEdge[],
): Promise<void> {
  if (edges.length === 0) return;
  const from = edges.map((edge) => edge.from);
  const to = edges.map((edge) => edge.to);
  await transaction.query(
    (orgId) => sql`
      insert into task_edges (org_id, spec_id, task_id, depends_on)
      select ${orgId}, ${specId}, e.task_id, e.depends_on
      from unnest(${to}::text[], ${from}::text[]) as e (task_id, depends_on)
      on conflict do nothing`,
  );
}
