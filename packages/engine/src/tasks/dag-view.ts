import type { DagNodeResource, DagResource, OrgId, SpecId } from "@aomori/contract";
import { listEdges, listTaskRows } from "@aomori/store";
import { criticalPath } from "../scheduling/critical-path.ts";
import { requireSpec } from "../specs/require-spec.ts";
import type { EngineContext } from "../context.ts";

/** A spec's task graph with its critical path by estimated hours. Errors: SPEC_NOT_FOUND. */
export async function dagOf(
  engine: EngineContext,
  orgId: OrgId,
  specId: SpecId,
): Promise<DagResource> {
  const scope = engine.store.scope(orgId);
  await requireSpec(scope, specId);
  const tasks = await listTaskRows(scope, specId);
  const edges = await listEdges(scope, specId);
  const path = criticalPath(
    tasks.map((task) => ({ id: task.id, weight: task.estimatedHours })),
    edges,
  );
  const critical = new Set(path.path);
  const nodes = tasks.map((task): DagNodeResource => ({
    id: task.id,
    title: task.title,
    status: task.status,
    dependsOn: edges.filter((edge) => edge.to === task.id).map((edge) => edge.from),
    estimatedHours: task.estimatedHours,
    onCriticalPath: critical.has(task.id),
  }));
  return {
    specId,
    nodes,
    edges: [...edges],
    criticalPath: [...path.path],
    criticalPathHours: path.length,
  };
}
