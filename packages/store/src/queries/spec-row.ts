import { SpecSettings, fromWire } from "@aomori/contract";
import type {
  FailureResource,
  ModelChoiceResource,
  PlanningPhase,
  SpecId,
  SpecResource,
  SpecSettingsResource,
  TestSummaryResource,
  UsageResource,
} from "@aomori/contract";
import { sql } from "kysely";
import type { Expression, Selectable } from "kysely";

import { readFailure, readGate, readModel, readUsage } from "../documents.ts";
import type { OrgScope } from "../scope.ts";
import type { SpecsTable } from "../tables.ts";

/** What a person asked of a phase; read by the next attempt at it. */
export interface PlanRequest {
  readonly phase: PlanningPhase;
  readonly comments: readonly string[];
}

type Documents =
  | "model"
  | "settings"
  | "failure"
  | "planRequest"
  | "gate"
  | "inputTokens"
  | "outputTokens"
  | "costMicrousd";

/** A spec as the engine sees it: with its run numbers and requests, without counts. */
export interface SpecRow extends Omit<Selectable<SpecsTable>, Documents> {
  /** Of its project. */
  readonly repository: string;
  readonly model: ModelChoiceResource | null;
  readonly settings: SpecSettingsResource;
  readonly failure: FailureResource | null;
  readonly planRequest: PlanRequest | null;
  readonly gate: TestSummaryResource | null;
  readonly usage: UsageResource;
}

type SpecColumns = Selectable<SpecsTable> & { readonly repository: string };

export function readSpecRow(row: SpecColumns): SpecRow {
  const { inputTokens, outputTokens, costMicrousd, ...rest } = row;
  return {
    ...rest,
    model: readModel(row.model),
    settings: fromWire(SpecSettings, row.settings),
    failure: readFailure(row.failure),
    gate: readGate(row.gate),
    usage: readUsage({ inputTokens, outputTokens, costMicrousd }),
  };
}

/** For the select list of a query on specs. */
export const repositoryOfSpec: Expression<string> = sql<string>`(select p.repository from projects p where p.id = specs.project_id)`;

/** The engine's view of a spec. `lock` keeps other transactions off the row until this one ends. */
export async function findSpecRow(
  scope: OrgScope,
  id: SpecId,
  options: { readonly lock?: boolean } = {},
): Promise<SpecRow | undefined> {
  let query = scope
    .select("specs")
    .selectAll()
    .select(sql<string>`${repositoryOfSpec}`.as("repository"))
    .where("id", "=", id);
  if (options.lock === true) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : readSpecRow(row);
}

/** Whether the plan has become tasks. */
export async function hasTasks(scope: OrgScope, id: SpecId): Promise<boolean> {
  const row = await scope
    .select("tasks")
    .select("id")
    .where("specId", "=", id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** What other tables say of a spec. */
export type SpecFacts = Pick<SpecResource, "counts" | "evaluatedPhase" | "evaluatorVetoes">;

/** The API's view: the row without what is the engine's, with what other tables say. */
export function specResource(row: SpecRow, facts: SpecFacts): SpecResource {
  const {
    orgId: _o,
    planRun: _p,
    mergeRun: _m,
    planRequest: _r,
    integrationCommit: _c,
    gate: _g,
    ...rest
  } = row;
  return { ...rest, ...facts };
}
