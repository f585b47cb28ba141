import type {
  AttemptId,
  PhaseAttemptResource,
  PlanningPhase,
  SpecId,
  UsageResource,
} from "@aomori/contract";
import type { Selectable } from "kysely";

import { readUsage } from "../documents.ts";
import { jsonText } from "../json-text.ts";
import type { OrgScope } from "../scope.ts";
import type { PhaseAttemptsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";

/** An attempt as the engine sees it: with the segment of the plan that made it. */
export interface AttemptRow extends PhaseAttemptResource {
  readonly planRun: number;
}

/** Opens an attempt. Its number is unique within its phase. */
export async function startAttempt(
  transaction: OrgTransaction,
  attempt: Pick<AttemptRow, "id" | "specId" | "phase" | "number" | "planRun" | "prompt">,
): Promise<void> {
  await transaction
    .insert("phaseAttempts", {
      ...attempt,
      status: "running",
      feedback: "[]",
      output: null,
      artifactVersion: null,
      score: null,
      error: null,
      costMicrousd: null,
      durationMs: null,
      startedAt: transaction.now,
      endedAt: null,
    })
    .execute();
}

export interface AttemptEnd {
  readonly status: "accepted" | "rejected" | "failed";
  readonly output?: string | null;
  readonly artifactVersion?: number | null;
  readonly score?: number | null;
  readonly feedback?: readonly string[];
  readonly error?: string | null;
  readonly usage?: UsageResource;
  readonly durationMs: number;
}

/** Closes a running attempt; says whether it was running. */
export async function finishAttempt(
  transaction: OrgTransaction,
  id: AttemptId,
  { feedback, usage, ...end }: AttemptEnd,
): Promise<boolean> {
  const result = await transaction
    .update("phaseAttempts")
    .set({
      ...end,
      ...usage,
      ...(feedback === undefined ? {} : { feedback: jsonText(feedback) }),
      endedAt: transaction.now,
    })
    .where("id", "=", id)
    .where("status", "=", "running")
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/** In the order they were made. */
export async function listAttemptRows(
  scope: OrgScope,
  specId: SpecId,
  phase?: PlanningPhase,
): Promise<AttemptRow[]> {
  let query = scope.select("phaseAttempts").selectAll().where("specId", "=", specId);
  if (phase !== undefined) query = query.where("phase", "=", phase);
  const rows = await query.orderBy("startedAt").orderBy("number").execute();
  return rows.map(readAttempt);
}

/** The API's view of the same. */
export async function listAttempts(
  scope: OrgScope,
  specId: SpecId,
  phase?: PlanningPhase,
): Promise<PhaseAttemptResource[]> {
  const rows = await listAttemptRows(scope, specId, phase);
  return rows.map((row) => {
    const { planRun: _, ...attempt } = row;
    return attempt;
  });
}

export async function findAttempt(scope: OrgScope, id: AttemptId): Promise<AttemptRow | undefined> {
  const row = await scope
    .select("phaseAttempts")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : readAttempt(row);
}

function readAttempt(row: Selectable<PhaseAttemptsTable>): AttemptRow {
  const { orgId: _, inputTokens, outputTokens, costMicrousd, ...rest } = row;
  return { ...rest, usage: readUsage({ inputTokens, outputTokens, costMicrousd }) };
}
