import type {
  AgentId,
  AgentResource,
  AgentStatusName,
  FailureResource,
  ModelChoiceResource,
  OrgId,
  SpecId,
  TaskId,
  UsageResource,
} from "@aomori/contract";
import { sql } from "kysely";
import type { Insertable, Selectable, Updateable } from "kysely";

import { deriveAgentHealth } from "../agent-health.ts";
import { readFailure, readModel, readUsage, writeFailure, writeModel } from "../documents.ts";
import { assignments, columnValues, fragment, verbatim } from "../fragment.ts";
import { jsonText } from "../json-text.ts";
import { pageOfRows, timeCursor } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";
import type { AgentsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { stepParts } from "./steps.ts";
import type { StepBatch } from "./steps.ts";

type Documents = "orgId" | "model" | "failure" | "inputTokens" | "outputTokens" | "costMicrousd";

/** An agent run as the engine sees it: with its run key and outcome, without health. */
export interface AgentRow extends Omit<Selectable<AgentsTable>, Documents> {
  readonly model: ModelChoiceResource | null;
  readonly failure: FailureResource | null;
  readonly usage: UsageResource;
}

export type NewAgent = Pick<
  AgentRow,
  | "id"
  | "specId"
  | "taskId"
  | "driver"
  | "model"
  | "executionMode"
  | "attempt"
  | "runKey"
  | "worktree"
> & { readonly workerId?: string | null };

/** Adds an agent that is starting; its heart has just beaten. Sent with what comes next. */
export function insertAgent(transaction: OrgTransaction, agent: NewAgent): void {
  const now = transaction.now;
  const row: Insertable<AgentsTable> = {
    ...agent,
    orgId: transaction.orgId,
    model: writeModel(agent.model),
    workerId: agent.workerId ?? null,
    status: "starting",
    costMicrousd: null,
    startedAt: now,
    lastHeartbeatAt: now,
    lastStepAt: null,
    endedAt: null,
  };
  transaction.defer({
    rows: [`agents ${agent.id}`],
    statement: fragment`insert into agents ${columnValues(row)} returning id`,
  });
}

const liveStatuses: AgentStatusName[] = ["starting", "active", "idle", "stopping"];
const liveList = liveStatuses.map((status) => `'${status}'`).join(", ");

export async function setAgentStatus(
  transaction: OrgTransaction,
  id: AgentId,
  status: "active" | "idle" | "stopping",
): Promise<boolean> {
  const result = await transaction
    .update("agents")
    .set({ status })
    .where("id", "=", id)
    .where("status", "in", liveStatuses)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

export interface AgentEnd {
  readonly status: "completed" | "failed" | "stopped";
  readonly usage?: UsageResource;
  readonly failure?: FailureResource;
  /** What the engine wants to find again; JSON. */
  readonly outcome?: unknown;
}

/** Ends a live agent; says whether it was live. */
export async function endAgent(
  transaction: OrgTransaction,
  id: AgentId,
  end: AgentEnd,
): Promise<boolean> {
  const result = await transaction
    .update("agents")
    .set(endColumns(transaction, end))
    .where("id", "=", id)
    .where("status", "in", liveStatuses)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/** Adds an agent's last steps, from `position` on, and ends it where it is live. Sent with what comes next. */
export function concludeAgent(
  transaction: OrgTransaction,
  id: AgentId,
  end: AgentEnd,
  last: StepBatch,
): void {
  const ended = assignments(endColumns(transaction, end));
  const where = fragment`where org_id = ${transaction.orgId} and id = ${id} and status in (${verbatim(liveList)})`;
  const rows = [`agents ${id}`];
  if (last.steps.length === 0) {
    transaction.defer({
      rows,
      statement: fragment`update agents set ${ended} ${where} returning id`,
    });
    return;
  }
  transaction.defer({
    rows,
    parts: stepParts(transaction, id, last),
    statement: fragment`
      update agents set ${ended}, step_count = step_count + step_counts.n,
        last_step_at = greatest(last_step_at, step_counts.last)
      from step_counts ${where} returning id`,
  });
}

const endColumns = (
  transaction: OrgTransaction,
  { status, usage, failure, outcome }: AgentEnd,
): Updateable<AgentsTable> => ({
  status,
  ...usage,
  failure: writeFailure(failure ?? null),
  outcome: outcome === undefined ? null : jsonText(outcome),
  endedAt: transaction.now,
});

export async function heartbeatAgent(transaction: OrgTransaction, id: AgentId): Promise<boolean> {
  const result = await transaction
    .update("agents")
    .set({ lastHeartbeatAt: transaction.now })
    .where("id", "=", id)
    .where("status", "in", liveStatuses)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

export async function findAgentRow(scope: OrgScope, id: AgentId): Promise<AgentRow | undefined> {
  const row = await scope.select("agents").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : readAgentRow(row);
}

/** The agents whose run keys are `run` and a part behind a slash, oldest first. */
export async function listAgentRowsByRun(scope: OrgScope, run: string): Promise<AgentRow[]> {
  // "0" is the character behind "/": a range that the index on run_key serves.
  const rows = await scope
    .select("agents")
    .selectAll()
    .where("runKey", ">=", `${run}/`)
    .where("runKey", "<", `${run}0`)
    .orderBy("startedAt")
    .orderBy(sql`length(run_key), run_key`)
    .execute();
  return rows.map(readAgentRow);
}

export async function getAgent(scope: OrgScope, id: AgentId): Promise<AgentResource | undefined> {
  const row = await scope.select("agents").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  const [agent] = await withHealth(scope, [readAgentRow(row)]);
  return agent;
}

export interface AgentFilter {
  readonly status?: AgentStatusName | undefined;
  readonly specId?: SpecId | undefined;
  readonly taskId?: TaskId | undefined;
}

/** Newest first. */
export async function listAgents(
  scope: OrgScope,
  { status, specId, taskId, limit, cursor }: AgentFilter & PageRequest,
): Promise<Page<AgentResource>> {
  let query = scope.select("agents").selectAll();
  if (status !== undefined) query = query.where("status", "=", status);
  if (specId !== undefined) query = query.where("specId", "=", specId);
  if (taskId !== undefined) query = query.where("taskId", "=", taskId);
  const behind = timeCursor(cursor);
  if (behind !== undefined) {
    query = query.where(sql<boolean>`(started_at, id) < (${behind.at}, ${behind.id})`);
  }
  const rows = await query
    .orderBy("startedAt", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const page = pageOfRows(rows, limit, {
    item: readAgentRow,
    position: (row) => [row.startedAt, row.id],
  });
  return { ...page, items: await withHealth(scope, page.items) };
}

async function withHealth(scope: OrgScope, rows: readonly AgentRow[]): Promise<AgentResource[]> {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map((row) => row.specId))];
  const specs = await scope
    .select("specs")
    .select(["id", sql<number>`(settings->>'stuck_after_ms')::int`.as("stuckAfterMs")])
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute();
  const stuckAfterMs = new Map(specs.map((spec) => [spec.id, spec.stuckAfterMs]));
  const nowMs = scope.nowMs;
  return rows.map(({ runKey: _r, workerId: _w, outcome: _o, stepCount, ...row }) => ({
    ...row,
    steps: stepCount,
    health: deriveAgentHealth(row, {
      nowMs,
      stuckAfterMs: stuckAfterMs.get(row.specId) ?? Number.POSITIVE_INFINITY,
    }),
  }));
}

export interface LiveAgent {
  readonly orgId: OrgId;
  readonly id: AgentId;
  readonly specId: SpecId;
  readonly taskId: TaskId;
  readonly status: AgentStatusName;
  readonly runKey: string;
  readonly workerId: string | null;
}

/** Agents that are not known to be over, in every organisation; for recovery. */
export async function allOrganizationsLiveAgents(store: Store): Promise<LiveAgent[]> {
  return databaseOf(store)
    .selectFrom("agents")
    .select(["orgId", "id", "specId", "taskId", "status", "runKey", "workerId"])
    .where("status", "in", liveStatuses)
    .orderBy("startedAt")
    .execute();
}

function readAgentRow(row: Selectable<AgentsTable>): AgentRow {
  const { orgId: _, inputTokens, outputTokens, costMicrousd, ...rest } = row;
  return {
    ...rest,
    model: readModel(row.model),
    failure: readFailure(row.failure),
    usage: readUsage({ inputTokens, outputTokens, costMicrousd }),
  };
}
