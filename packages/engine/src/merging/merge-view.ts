import type {
  BranchConflictResource,
  ConflictsResource,
  MergeBranchResource,
  MergeStatusResource,
  OrgId,
  SpecId,
} from "@aomori/contract";
import { listTaskRows } from "@aomori/store";
import type { TaskRow } from "@aomori/store";
import { requireSpec } from "../specs/require-spec.ts";
import { workspaceOf } from "../workspace-of.ts";
import { tipOf } from "./current-merge.ts";
import type { EngineContext } from "../context.ts";

/** Pairs are scored one by one; beyond this many branches only the newest count. */
const maxBranches = 40;

const levelOf = (score: number): "low" | "medium" | "high" =>
  score < 0.3 ? "low" : score < 0.7 ? "medium" : "high";

/** What is merged, what waits and the last test gate. Errors: SPEC_NOT_FOUND. */
export async function mergeStatusOf(
  engine: EngineContext,
  orgId: OrgId,
  specId: SpecId,
): Promise<MergeStatusResource> {
  const scope = engine.store.scope(orgId);
  const spec = await requireSpec(scope, specId);
  const tasks = await listTaskRows(scope, specId);
  const branches = tasks.flatMap((task): MergeBranchResource[] =>
    task.branch === null ? [] : [branchOf(task, task.branch)],
  );
  return {
    specId,
    integrationBranch: spec.integrationBranch,
    integrationCommit: spec.integrationCommit,
    branches,
    gate: spec.gate,
    ready:
      branches.length > 0 &&
      branches.every((branch) => branch.state === "queued" || branch.state === "merged"),
  };
}

function branchOf(task: TaskRow, name: string): MergeBranchResource {
  return {
    taskId: task.id,
    name,
    state: task.mergeState,
    conflictScore: task.conflictScore,
    level: task.conflictScore === null ? null : levelOf(task.conflictScore),
    commit: task.commitId,
    mergeCommit: task.mergeCommit,
    detail: task.mergeDetail,
  };
}

/** How badly finished branches collide, pair by pair and with what is merged. Errors: SPEC_NOT_FOUND. */
export async function conflictsOf(
  engine: EngineContext,
  orgId: OrgId,
  specId: SpecId,
): Promise<ConflictsResource> {
  const scope = engine.store.scope(orgId);
  const spec = await requireSpec(scope, specId);
  const workspace = workspaceOf(orgId, spec);
  const finished = (await listTaskRows(scope, specId))
    .flatMap((task) =>
      task.branch === null || task.commitId === null
        ? []
        : [{ name: task.branch, commit: task.commitId }],
    )
    .slice(-maxBranches);
  const score = async (
    left: { name: string; commit: string },
    right: { name: string; commit: string },
  ): Promise<BranchConflictResource> => {
    const {
      score: value,
      level,
      files,
    } = await engine.workspaces.conflict(workspace, left.commit, right.commit);
    return { left: left.name, right: right.name, score: value, level, files: [...files] };
  };
  const pairs: BranchConflictResource[] = [];
  for (const [index, left] of finished.entries()) {
    for (const right of finished.slice(index + 1)) pairs.push(await score(left, right));
  }
  const base = { name: spec.integrationBranch, commit: tipOf(spec) };
  const againstBase: BranchConflictResource[] = [];
  for (const branch of finished) againstBase.push(await score(branch, base));
  return { specId, pairs, againstBase };
}
