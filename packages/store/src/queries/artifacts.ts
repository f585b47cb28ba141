import { artifactSchemas, planningPhases } from "@aomori/contract";
import type {
  AcceptedArtifacts,
  ArtifactResource,
  ArtifactStatusName,
  CriterionResource,
  PlanningPhase,
  SpecId,
  VetoResource,
} from "@aomori/contract";
import { sql } from "kysely";
import type { Selectable } from "kysely";

import { readCriteria, readVetoes, writeCriteria, writeVetoes } from "../documents.ts";
import { jsonText } from "../json-text.ts";
import type { OrgScope } from "../scope.ts";
import type { ArtifactsTable } from "../tables.ts";
import type { OrgTransaction } from "../transaction.ts";

export interface NewArtifact extends Omit<
  ArtifactResource,
  "version" | "createdAt" | "content" | "criteria" | "vetoes" | "feedback"
> {
  readonly criteria: readonly CriterionResource[];
  readonly vetoes: readonly VetoResource[];
  readonly feedback: readonly string[];
  /** JSON of the phase's schema, before or after its defaults. */
  readonly content: unknown;
}

/** Adds the next version of a phase's artefact and gives back its number. The caller holds the spec's row. */
export async function insertArtifact(
  transaction: OrgTransaction,
  artifact: NewArtifact,
): Promise<number> {
  const [row] = await transaction.query<{ version: number }>(
    (orgId) => sql`
      insert into artifacts (org_id, spec_id, phase, version, status, origin, score, criteria, vetoes, feedback, content,
        created_by, created_at)
      select ${orgId}, ${artifact.specId}, ${artifact.phase}, coalesce(max(version), 0) + 1, ${artifact.status},
        ${artifact.origin}, ${artifact.score}::float8, ${writeCriteria(artifact.criteria)}::jsonb,
        ${writeVetoes(artifact.vetoes)}::jsonb, ${jsonText(artifact.feedback)}::jsonb,
        ${jsonText(artifact.content)}::jsonb, ${artifact.createdBy}, ${transaction.now}::timestamptz
      from artifacts where org_id = ${orgId} and spec_id = ${artifact.specId} and phase = ${artifact.phase}
      returning version`,
  );
  if (row === undefined) throw new Error(`no artefact of ${artifact.specId} was added`);
  return row.version;
}

export async function setArtifactStatus(
  transaction: OrgTransaction,
  specId: SpecId,
  phase: PlanningPhase,
  version: number,
  status: ArtifactStatusName,
): Promise<boolean> {
  const result = await transaction
    .update("artifacts")
    .set({ status })
    .where("specId", "=", specId)
    .where("phase", "=", phase)
    .where("version", "=", version)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/**
 * Accepts one version; of the phase's others, an accepted one becomes stale and a candidate rejected. Says whether there
 * is such a version; where there is none, nothing changes.
 */
export async function acceptArtifact(
  transaction: OrgTransaction,
  specId: SpecId,
  phase: PlanningPhase,
  version: number,
): Promise<boolean> {
  const rows = await transaction.query<{ accepted: boolean }>(
    (orgId) => sql`
      update artifacts set status = case
          when version = ${version} then 'accepted'
          when status = 'accepted' then 'stale'
          else 'rejected' end
      where org_id = ${orgId} and spec_id = ${specId} and phase = ${phase}
        and (version = ${version} or status in ('accepted', 'candidate'))
        and exists (select from artifacts a where a.org_id = ${orgId} and a.spec_id = ${specId}
          and a.phase = ${phase} and a.version = ${version})
      returning version = ${version} as accepted`,
  );
  return rows.some((row) => row.accepted);
}

/** Makes what `phase` and the later ones have stale; gives back the phases that had something, in order. */
export async function markStaleFrom(
  transaction: OrgTransaction,
  specId: SpecId,
  phase: PlanningPhase,
): Promise<PlanningPhase[]> {
  const from = planningPhases.slice(planningPhases.indexOf(phase));
  const rows = await transaction
    .update("artifacts")
    .set({ status: "stale" })
    .where("specId", "=", specId)
    .where("phase", "in", from)
    .where("status", "in", ["accepted", "candidate"])
    .returning("phase")
    .execute();
  const touched = new Set(rows.map((row) => row.phase));
  return from.filter((candidate) => touched.has(candidate));
}

/** Phase by phase in their order, oldest version first. */
export async function listArtifacts(
  scope: OrgScope,
  specId: SpecId,
  filter: { readonly phase?: PlanningPhase | undefined } = {},
): Promise<ArtifactResource[]> {
  let query = scope.select("artifacts").selectAll().where("specId", "=", specId);
  if (filter.phase !== undefined) query = query.where("phase", "=", filter.phase);
  const rows = await query.orderBy("version").execute();
  return planningPhases.flatMap((phase) =>
    rows.filter((row) => row.phase === phase).map(readArtifact),
  );
}

/** The newest version of a phase, whatever its status. */
export async function newestArtifact(
  scope: OrgScope,
  specId: SpecId,
  phase: PlanningPhase,
): Promise<ArtifactResource | undefined> {
  const row = await scope
    .select("artifacts")
    .selectAll()
    .where("specId", "=", specId)
    .where("phase", "=", phase)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : readArtifact(row);
}

/** The content of every accepted artefact, read with the schema of its phase. */
export async function acceptedArtifacts(
  scope: OrgScope,
  specId: SpecId,
): Promise<AcceptedArtifacts> {
  const rows = await scope
    .select("artifacts")
    .select(["phase", "content"])
    .where("specId", "=", specId)
    .where("status", "=", "accepted")
    .execute();
  return Object.fromEntries(
    rows.map(({ phase, content }) => [phase, artifactSchemas[phase].parse(content)]),
  );
}

function readArtifact(row: Selectable<ArtifactsTable>): ArtifactResource {
  const { orgId: _, ...rest } = row;
  return { ...rest, criteria: readCriteria(row.criteria), vetoes: readVetoes(row.vetoes) };
}
