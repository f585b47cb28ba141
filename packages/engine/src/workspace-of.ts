import type { OrgId } from "@aomori/contract";
import type { SpecRow } from "@aomori/store";
import type { WorkspaceSpec } from "./ports.ts";

/** The part of a spec that its worktrees follow from. */
export function workspaceOf(orgId: OrgId, spec: SpecRow): WorkspaceSpec {
  return {
    orgId,
    specId: spec.id,
    projectId: spec.projectId,
    repository: spec.repository,
    baseBranch: spec.baseBranch,
    integrationBranch: spec.integrationBranch,
    baseCommit: spec.baseCommit,
  };
}
