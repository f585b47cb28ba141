import type { OrgId } from "@aomori/contract";
import type { SpecRow, TaskRow } from "@aomori/store";
import type { WorkspaceRequest } from "../ports.ts";
import { workspaceOf } from "../workspace-of.ts";

export const taskBranch = (spec: SpecRow, task: TaskRow): string => `aomori/${spec.id}/${task.id}`;

/** Interrupting it ends what runs for a task besides its agent: set-up and tests. */
export const taskInterrupt = (task: TaskRow): string => `${task.specId}/${task.id}`;

/** From where and with what a task starts; mending tasks among its dependencies come first, since they hold what others collide in. */
export function workspaceRequest(
  orgId: OrgId,
  spec: SpecRow,
  task: TaskRow,
  dependencies: readonly TaskRow[],
  signal: AbortSignal,
): WorkspaceRequest {
  const mends = (row: TaskRow): number =>
    row.kind === "resolution" || row.kind === "repair" ? 0 : 1;
  const include = dependencies
    .toSorted((a, b) => mends(a) - mends(b) || a.number - b.number)
    .flatMap((row) => (row.commitId === null ? [] : [row.commitId]));
  const { setupCommand } = spec.settings;
  return {
    spec: workspaceOf(orgId, spec),
    taskId: task.id,
    branch: taskBranch(spec, task),
    from: task.baseCommit ?? spec.integrationCommit ?? spec.baseCommit,
    include,
    ...(task.mendsCommit === null
      ? {}
      : {
          resolve: { commit: task.mendsCommit, countsAsWork: task.kind === "resolution" },
        }),
    ...(setupCommand === undefined ? {} : { setupCommand }),
    signal,
  };
}
