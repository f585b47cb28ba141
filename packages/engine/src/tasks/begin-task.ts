import type { OrgId, TaskId } from "@aomori/contract";
import { listDependencyRows, newestEventType, updateTask } from "@aomori/store";
import type { SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { WorkspaceRequest } from "../ports.ts";
import { workspaceOf } from "../workspace-of.ts";
import { currentTask } from "./current-task.ts";
import { parkForMerge } from "./park-for-merge.ts";
import type { TaskFailure } from "./task-failure.ts";

export type Begun =
  | { readonly kind: "ready"; readonly validates: boolean }
  | { readonly kind: "failed"; readonly failure: TaskFailure }
  | { readonly kind: "stop" };

export const taskBranch = (spec: SpecRow, taskId: TaskId): string => `aomori/${spec.id}/${taskId}`;

/** Makes the task's worktree from the integration branch and the work it depends on. */
export async function beginTask(engine: EngineContext, input: TaskInput): Promise<Begun> {
  const task = await currentTask(engine.store.scope(input.orgId), input);
  if (task === undefined) return { kind: "stop" };
  const { spec } = await engine.boards.find(input.orgId, input.specId);
  const prepared = await engine.workspaces.prepare(
    await workspaceRequest(engine, input.orgId, spec, task),
  );
  if (prepared.kind === "conflict") {
    await parkForMerge(engine, input, prepared.files);
    return { kind: "stop" };
  }
  const branch = taskBranch(spec, task.id);
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    await updateTask(tx, task.id, { branch, baseCommit: prepared.baseCommit });
    // This step may run twice: the run has been told of when nothing has been assigned since.
    const told = await newestEventType(tx, task.id, ["task.assigned", "task.started"]);
    if (told === "task.started") return;
    tx.emit({
      ...board.facts(task.id),
      type: "task.started",
      summary: `${task.id} on ${branch}`,
      data: { branch, attempt: task.attempt },
    });
  });
  const validates = spec.settings.validate && task.executionMode === "implementation";
  return { kind: "ready", validates };
}

/** From where and with what a task starts; mending tasks among its dependencies come first, since they hold what others collide in. */
export async function workspaceRequest(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
  task: TaskRow,
): Promise<WorkspaceRequest> {
  const dependencies = await listDependencyRows(engine.store.scope(orgId), task.id);
  const mends = (row: TaskRow): number =>
    row.kind === "resolution" || row.kind === "repair" ? 0 : 1;
  const include = dependencies
    .toSorted((a, b) => mends(a) - mends(b) || a.number - b.number)
    .flatMap((row) => (row.commitId === null ? [] : [row.commitId]));
  return {
    spec: workspaceOf(orgId, spec),
    taskId: task.id,
    branch: taskBranch(spec, task.id),
    from: task.baseCommit ?? spec.integrationCommit ?? spec.baseCommit,
    include: task.kind === "repair" && task.mendsCommit !== null ? [task.mendsCommit] : include,
    ...(task.kind === "resolution" && task.mendsCommit !== null
      ? { resolve: task.mendsCommit }
      : {}),
    ...(spec.settings.setupCommand === undefined
      ? {}
      : { setupCommand: spec.settings.setupCommand }),
    signal: engine.closing,
  };
}
