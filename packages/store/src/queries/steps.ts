import type { AgentId, StepResource, TaskId } from "@aomori/contract";
import { sql } from "kysely";
import type { Selectable } from "kysely";

import { isoTime } from "../clock.ts";
import { fragment } from "../fragment.ts";
import type { Fragment } from "../fragment.ts";
import { jsonText } from "../json-text.ts";
import { numberCursor, pageOfRows, stepCursor } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import type { StepsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";

/** A step before it has a place in its trajectory. */
export interface NewStep extends Pick<
  StepResource,
  "type" | "summary" | "text" | "tool" | "callId" | "durationMs"
> {
  /** JSON, or null. */
  readonly data: unknown;
  readonly atMs: number;
}

/** Steps of a trajectory, the first of them at `position`. */
export interface StepBatch {
  readonly position: number;
  readonly steps: readonly NewStep[];
}

/**
 * Adds steps to a live agent; those that are there already are left as they are, and are not counted again. The first
 * ones make a starting agent active. Sent with what comes next.
 */
export function appendSteps(transaction: OrgTransaction, agentId: AgentId, batch: StepBatch): void {
  if (batch.steps.length === 0) return;
  transaction.defer({
    rows: [`agents ${agentId}`],
    parts: stepParts(transaction, agentId, batch),
    statement: fragment`
      update agents set step_count = step_count + step_counts.n,
        last_step_at = greatest(last_step_at, step_counts.last),
        status = case when status = 'starting' then 'active' else status end
      from step_counts
      where org_id = ${transaction.orgId} and id = ${agentId} and step_counts.n > 0 returning id`,
  });
}

/** The parts of a write that add steps; `step_counts` holds one row: how many (`n`), and the time of the `last`. */
export function stepParts(
  transaction: OrgTransaction,
  agentId: AgentId,
  { position, steps }: StepBatch,
): readonly (readonly [name: string, part: Fragment])[] {
  const rows = steps.map((step, index) => ({
    position: position + index,
    type: step.type,
    summary: step.summary,
    body: step.text,
    tool: step.tool,
    call_id: step.callId,
    data: step.data,
    at: isoTime(step.atMs),
    duration_ms: step.durationMs,
  }));
  const added = fragment`
    insert into steps (org_id, agent_id, position, type, summary, body, tool, call_id, data, at, duration_ms)
    select a.org_id, a.id, s.position, s.type, s.summary, s.body, s.tool, s.call_id, nullif(s.data, 'null'), s.at,
      s.duration_ms
    from agents a, jsonb_populate_recordset(null::steps, ${jsonText(rows)}::jsonb) as s
    where a.org_id = ${transaction.orgId} and a.id = ${agentId} and a.ended_at is null
    on conflict do nothing returning at`;
  return [
    ["new_steps", added],
    ["step_counts", fragment`select count(*)::int as n, max(at) as last from new_steps`],
  ];
}

/** A trajectory from its start; the cursor is a position. */
export async function listSteps(
  scope: OrgScope,
  agentId: AgentId,
  { limit, cursor }: PageRequest,
): Promise<Page<StepResource>> {
  const behind = numberCursor(cursor);
  let query = scope.select("steps").selectAll().where("agentId", "=", agentId);
  if (behind !== undefined) query = query.where("position", ">", behind);
  const rows = await query
    .orderBy("position")
    .limit(limit + 1)
    .execute();
  return pageOfRows(rows, limit, { item: readStep, position: (row) => [row.position] });
}

/** The steps of every agent that worked on a task, agent after agent. */
export async function listTaskSteps(
  scope: OrgScope,
  taskId: TaskId,
  { limit, cursor }: PageRequest,
): Promise<Page<StepResource>> {
  const behind = stepCursor(cursor);
  const rows = await scope.query<Selectable<StepsTable> & { readonly startedAt: string }>(
    (orgId) => sql`
      select s.*, a.started_at from steps s join agents a on a.id = s.agent_id
      where s.org_id = ${orgId} and a.org_id = ${orgId} and a.task_id = ${taskId}
        and (${behind?.at ?? null}::timestamptz is null
          or (a.started_at, s.agent_id, s.position) > (${behind?.at ?? null}::timestamptz, ${behind?.id ?? ""}, ${behind?.position ?? 0}::int))
      order by a.started_at, s.agent_id, s.position limit ${limit + 1}::int`,
  );
  return pageOfRows(rows, limit, {
    item: (row) => {
      const { startedAt: _, ...step } = row;
      return readStep(step);
    },
    position: (row) => [row.startedAt, row.agentId, row.position],
  });
}

function readStep(row: Selectable<StepsTable>): StepResource {
  const { orgId: _, position, body, ...rest } = row;
  return { ...rest, index: position, text: body };
}
