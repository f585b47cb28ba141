import { SpecSettings, SpecSettingsChanges, fromWire, newId, toWire } from "@aomori/contract";
import type {
  DriverId,
  ModelChoiceResource,
  OrgId,
  PlanningPhase,
  ProviderKeysResource,
  SpecId,
  SpecSettingsChangesResource,
  SpecSettingsResource,
} from "@aomori/contract";
import { findProjectByRepository, insertProject, insertSpec } from "@aomori/store";
import type { OrgTransaction, ProjectRow } from "@aomori/store";
import type { EngineContext } from "../context.ts";
import { planWorkflowId } from "../context.ts";
import type { RepositoryFacts } from "../ports.ts";

export interface NewSpec {
  readonly orgId: OrgId;
  readonly title: string;
  readonly description: string;
  readonly repository: string;
  readonly base: string | undefined;
  readonly agent: DriverId;
  readonly model: ModelChoiceResource | null;
  readonly gates: readonly PlanningPhase[];
  /** What differs from the defaults. */
  readonly settings: SpecSettingsChangesResource;
  readonly keys: ProviderKeysResource;
  readonly by: string;
}

/** Looks at the repository, stores the spec and starts its planning. Errors: those of `Workspaces.inspect`. */
export async function createSpec(engine: EngineContext, request: NewSpec): Promise<SpecId> {
  const facts = await engine.workspaces.inspect(request.repository, request.base);
  const specId = newId("spec", engine.random.bytes);
  engine.keys.remember(specId, request.keys);
  await engine.store.transaction(request.orgId, async (tx) => {
    const project = await ensureProject(engine, tx, facts);
    await insertSpec(tx, {
      id: specId,
      projectId: project.id,
      title: request.title,
      description: request.description,
      gates: [...request.gates],
      baseBranch: facts.baseBranch,
      baseCommit: facts.baseCommit,
      integrationBranch: `aomori/${specId}/main`,
      agent: request.agent,
      model: request.model,
      settings: settingsOf(request.settings),
      createdBy: request.by,
    });
    const base = { specId, projectId: project.id };
    tx.emit({
      ...base,
      type: "spec.created",
      summary: request.title,
      data: { title: request.title, by: request.by },
    });
    tx.emit({
      ...base,
      type: "spec.started",
      summary: `from ${facts.baseBranch} at ${facts.baseCommit.slice(0, 10)}`,
      data: { baseBranch: facts.baseBranch, baseCommit: facts.baseCommit },
    });
  });
  const input = { orgId: request.orgId, specId, run: 1 };
  await engine.workflows.plan(planWorkflowId(input), input);
  return specId;
}

function settingsOf(changes: NewSpec["settings"]): SpecSettingsResource {
  return fromWire(SpecSettings, SpecSettings.parse(toWire(SpecSettingsChanges, changes)));
}

async function ensureProject(
  engine: EngineContext,
  tx: OrgTransaction,
  facts: RepositoryFacts,
): Promise<ProjectRow> {
  const known = await findProjectByRepository(tx, facts.repository);
  if (known !== undefined) return known;
  const project = await insertProject(tx, {
    id: newId("proj", engine.random.bytes),
    name: facts.name,
    repository: facts.repository,
    defaultBranch: facts.defaultBranch,
  });
  tx.emit({
    type: "project.created",
    projectId: project.id,
    summary: facts.name,
    data: { name: facts.name, repository: facts.repository },
  });
  return project;
}
