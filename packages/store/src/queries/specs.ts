import { SpecSettings, toWire } from "@aomori/contract";
import type {
  FailureResource,
  OrgId,
  Phase,
  ProjectId,
  SpecId,
  SpecResource,
  SpecStatusName,
  TestSummaryResource,
  UsageResource,
} from "@aomori/contract";
import { sql } from "kysely";
import type { Updateable } from "kysely";

import { writeFailure, writeGate, writeModel } from "../documents.ts";
import { assignments, fragment } from "../fragment.ts";
import { jsonText } from "../json-text.ts";
import { pageOfRows, timeCursor } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";
import type { SpecsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";
import { findSpecRow, readSpecRow, repositoryOfSpec, specResource } from "./spec-row.ts";
import type { PlanRequest, SpecRow } from "./spec-row.ts";

export type NewSpec = Pick<
  SpecRow,
  | "projectId"
  | "title"
  | "description"
  | "gates"
  | "baseBranch"
  | "baseCommit"
  | "integrationBranch"
  | "agent"
  | "model"
  | "settings"
  | "createdBy"
  | "id"
>;

/** Adds a spec at the start of its planning. */
export async function insertSpec(transaction: OrgTransaction, spec: NewSpec): Promise<void> {
  await transaction
    .insert("specs", {
      ...spec,
      status: "planning",
      phase: "EXPLORE",
      evaluatorScore: null,
      model: writeModel(spec.model),
      settings: jsonText(toWire(SpecSettings, spec.settings)),
      integrationCommit: null,
      costMicrousd: null,
      createdAt: transaction.now,
      updatedAt: transaction.now,
      completedAt: null,
    })
    .execute();
}

export interface SpecPatch {
  readonly status?: SpecStatusName;
  readonly phase?: Phase;
  readonly evaluatorScore?: number | null;
  readonly failure?: FailureResource | null;
  readonly planRun?: number;
  readonly mergeRun?: number;
  readonly planRequest?: PlanRequest | null;
  readonly integrationCommit?: string | null;
  readonly gate?: TestSummaryResource | null;
  readonly completedAt?: string | null;
}

/** Changes a spec; sent with what comes next. */
export function updateSpec(transaction: OrgTransaction, id: SpecId, patch: SpecPatch): void {
  const { failure, planRequest, gate, ...plain } = patch;
  const columns: Updateable<SpecsTable> = { ...plain, updatedAt: transaction.now };
  if (failure !== undefined) columns.failure = writeFailure(failure);
  if (gate !== undefined) columns.gate = writeGate(gate);
  if (planRequest !== undefined) columns.planRequest = writePlanRequest(planRequest);
  transaction.defer({
    rows: [`specs ${id}`],
    statement: fragment`
      update specs set ${assignments(columns)}
      where org_id = ${transaction.orgId} and id = ${id} returning id`,
  });
}

const writePlanRequest = (request: PlanRequest | null): string | null =>
  request === null ? null : jsonText({ phase: request.phase, comments: request.comments });

/** Adds tokens and cost to a spec's; a cost nobody knows leaves the known sum. Sent with what comes next. */
export function addSpecUsage(transaction: OrgTransaction, id: SpecId, usage: UsageResource): void {
  transaction.defer({
    rows: [`specs ${id}`],
    statement: fragment`
      update specs set input_tokens = input_tokens + ${usage.inputTokens},
        output_tokens = output_tokens + ${usage.outputTokens},
        cost_microusd = case when ${usage.costMicrousd}::bigint is null then cost_microusd
          else coalesce(cost_microusd, 0) + ${usage.costMicrousd}::bigint end
      where org_id = ${transaction.orgId} and id = ${id} returning id`,
  });
}

export async function getSpec(scope: OrgScope, id: SpecId): Promise<SpecResource | undefined> {
  const row = await findSpecRow(scope, id);
  if (row === undefined) return undefined;
  const [spec] = await withFacts(scope, [row]);
  return spec;
}

export interface SpecFilter {
  readonly phase?: Phase | undefined;
  readonly status?: SpecStatusName | undefined;
  readonly projectId?: ProjectId | undefined;
}

/** Newest first. */
export async function listSpecs(
  scope: OrgScope,
  { phase, status, projectId, limit, cursor }: SpecFilter & PageRequest,
): Promise<Page<SpecResource>> {
  let query = scope
    .select("specs")
    .selectAll()
    .select(sql<string>`${repositoryOfSpec}`.as("repository"));
  if (phase !== undefined) query = query.where("phase", "=", phase);
  if (status !== undefined) query = query.where("status", "=", status);
  if (projectId !== undefined) query = query.where("projectId", "=", projectId);
  const behind = timeCursor(cursor);
  if (behind !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) < (${behind.at}, ${behind.id})`);
  }
  const rows = await query
    .orderBy("createdAt", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const page = pageOfRows(rows, limit, {
    item: readSpecRow,
    position: (row) => [row.createdAt, row.id],
  });
  return { ...page, items: await withFacts(scope, page.items) };
}

type FoundFacts = SpecResource["counts"] &
  Pick<SpecResource, "evaluatedPhase" | "evaluatorVetoes"> & { readonly id: SpecId };

async function withFacts(scope: OrgScope, rows: readonly SpecRow[]): Promise<SpecResource[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const found = await scope.query<FoundFacts>(
    (orgId) => sql`
      select s.id, tasks, coalesce(by_status, '{}') as tasks_by_status, tickets, agents_active,
        evaluated_phase, coalesce(evaluator_vetoes, '[]') as evaluator_vetoes
      from specs s
      cross join lateral (
        select coalesce(sum(n), 0)::int as tasks, jsonb_object_agg(status, n) as by_status
        from (select status, count(*)::int as n from tasks where spec_id = s.id group by status) as g
      ) as t
      cross join lateral (select count(*)::int as tickets from tickets where spec_id = s.id) as k
      cross join lateral (
        select count(*)::int as agents_active from agents
        where spec_id = s.id and status in ('starting', 'active', 'idle', 'stopping')
      ) as a
      left join lateral (
        select phase as evaluated_phase, jsonb_path_query_array(vetoes, '$[*].code') as evaluator_vetoes
        from artifacts where org_id = s.org_id and spec_id = s.id and score is not null
        order by created_at desc, version desc limit 1
      ) as e on true
      where s.org_id = ${orgId} and s.id = any(${ids})`,
  );
  const facts = new Map(
    found.map(({ id, evaluatedPhase, evaluatorVetoes, ...counts }) => [
      id,
      { counts, evaluatedPhase, evaluatorVetoes },
    ]),
  );
  return rows.flatMap((row) => {
    const own = facts.get(row.id);
    return own === undefined ? [] : [specResource(row, own)];
  });
}

export interface LiveSpec {
  readonly orgId: OrgId;
  readonly id: SpecId;
  readonly status: SpecStatusName;
  readonly planRun: number;
  readonly mergeRun: number;
}

/** Specs that something should be working on, in every organisation; for recovery. */
export async function allOrganizationsLiveSpecs(store: Store): Promise<LiveSpec[]> {
  return databaseOf(store)
    .selectFrom("specs")
    .select(["orgId", "id", "status", "planRun", "mergeRun"])
    .where("status", "in", ["planning", "running", "merging"])
    .orderBy("createdAt")
    .execute();
}
