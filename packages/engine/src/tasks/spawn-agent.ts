import type {
  AgentId,
  ExecutionModeName,
  OrgId,
  ProviderKeysResource,
  TaskId,
} from "@aomori/contract";
import { newId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { insertAgent } from "@aomori/store";
import type { SpecRow, TaskRow } from "@aomori/store";
import { taskPrompt, validationPrompt } from "../planning/task-prompt.ts";
import type { Prompt } from "../planning/prompts.ts";
import type { WorkspaceRequest } from "../ports.ts";
import { isSpecOver } from "../specs/spec-over.ts";
import { workspaceOf } from "../workspace-of.ts";
import { followAgent } from "./follow-agent.ts";
import { isUnderWay } from "./run-agent.ts";
import { requireTask, retryTask } from "./task-actions.ts";
import { taskBranch } from "./workspace-request.ts";
import type { EngineContext } from "../context.ts";

export interface SpawnRequest {
  readonly orgId: OrgId;
  readonly taskId: TaskId;
  readonly mode: ExecutionModeName;
  readonly by: string;
  readonly keys?: ProviderKeysResource | undefined;
}

/**
 * Starts an agent by hand. An implementation is the task's own next run and needs a task that does not run; a
 * validation or exploration looks at the task's worktree beside whatever runs there, and its words are kept as its trajectory.
 * Errors: TASK_NOT_FOUND, AGENT_ALREADY_LIVE, TASK_WITHOUT_WORKTREE.
 */
export async function spawnAgent(engine: EngineContext, request: SpawnRequest): Promise<AgentId> {
  const { orgId, taskId, mode, keys } = request;
  const task = await requireTask(engine.store.scope(orgId), taskId);
  const live = engine.live.ofTask(taskId, task.specId);
  if (mode === "implementation" && live.length > 0) {
    throw new UserError(
      "conflict",
      "AGENT_ALREADY_LIVE",
      `${live[0]?.agentId} works on ${taskId}; steer or stop it, or spawn a validation or exploration`,
    );
  }
  if (keys !== undefined) engine.keys.remember(task.specId, keys);
  if (mode === "implementation") return startRun(engine, request);
  return startObserver(engine, request, task);
}

/** Resolves once the task's new run has its agent. */
async function startRun(engine: EngineContext, request: SpawnRequest): Promise<AgentId> {
  const { orgId, taskId } = request;
  const started = Promise.withResolvers<AgentId>();
  const stop = engine.store.events.onCommit(({ orgId: org, events }) => {
    const found = events.find(
      (event) => event.type === "agent.started" && event.task_id === taskId,
    );
    if (org === orgId && found?.agent_id !== undefined) started.resolve(found.agent_id);
  });
  const timer = setTimeout(
    () =>
      started.reject(
        new UserError(
          "timeout",
          "AGENT_NOT_STARTED",
          `${taskId} is ready again, but no slot was free within 30 s; see "aomori task show ${taskId}"`,
        ),
      ),
    30_000,
  );
  try {
    await retryTask(engine, request);
    return await started.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

async function startObserver(
  engine: EngineContext,
  request: SpawnRequest,
  task: TaskRow,
): Promise<AgentId> {
  const { orgId, mode } = request;
  const { spec } = await engine.boards.find(orgId, task.specId);
  refuseWithoutWorktree(spec, task);
  const workspace: WorkspaceRequest = {
    spec: workspaceOf(orgId, spec),
    taskId: task.id,
    branch: taskBranch(spec, task),
    from: task.commitId ?? task.baseCommit ?? spec.baseCommit,
    include: [],
    signal: engine.closing,
  };
  const prepared = await engine.workspaces.prepare(workspace);
  if (prepared.kind === "conflict") throw new Error(`${task.id} was prepared and is not any more`);
  const { worktree } = prepared;
  const agentId = newId("agent", engine.random.bytes);
  await announceObserver(engine, request, { spec, task, agentId, worktree });
  const followed = followAgent(engine, {
    ...promptFor(mode, spec, task),
    orgId,
    agentId,
    spec,
    task,
    mode,
    worktree,
    isWanted: (board) => !isSpecOver(board.spec.status),
  });
  const tidied = followed.then(() => undoChanges(engine, workspace, task));
  tidied.catch((error: unknown) => {
    if (engine.closing.aborted) return;
    engine.log.error("a spawned agent's record broke off", { agentId, error: String(error) });
  });
  return agentId;
}

function refuseWithoutWorktree(spec: SpecRow, task: TaskRow): void {
  const why =
    task.baseCommit === null
      ? "has not started"
      : isSpecOver(spec.status)
        ? `belongs to a spec that is ${spec.status}`
        : undefined;
  if (why === undefined) return;
  throw new UserError(
    "conflict",
    "TASK_WITHOUT_WORKTREE",
    `${task.id} ${why}, so there is nothing to look at`,
  );
}

/** An observer may change nothing. While another agent works in the same copy nobody can tell whose a change is. */
async function undoChanges(
  engine: EngineContext,
  workspace: WorkspaceRequest,
  task: TaskRow,
): Promise<void> {
  const board = await engine.boards.find(workspace.spec.orgId, task.specId);
  const isShared = isUnderWay(board, task) || engine.live.ofTask(task.id, task.specId).length > 0;
  if (!isShared && !isSpecOver(board.spec.status)) await engine.workspaces.restore(workspace);
}

interface Observer {
  readonly spec: SpecRow;
  readonly task: TaskRow;
  readonly agentId: AgentId;
  readonly worktree: string;
}

async function announceObserver(
  engine: EngineContext,
  { orgId, mode, by }: SpawnRequest,
  { spec, task, agentId, worktree }: Observer,
): Promise<void> {
  await engine.boards.change(orgId, spec.id, async (board, tx) => {
    insertAgent(tx, {
      id: agentId,
      specId: spec.id,
      taskId: task.id,
      driver: spec.agent,
      model: spec.model,
      executionMode: mode,
      attempt: task.attempt,
      runKey: `${orgId}/${task.id}/spawned/${agentId}`,
      worktree,
    });
    tx.emit({
      ...board.facts(task.id),
      agentId,
      type: "agent.started",
      summary: `${agentId} (${spec.agent}, ${mode}) on ${task.id}, asked for by ${by}`,
      data: { driver: spec.agent, executionMode: mode, worktree },
    });
  });
}

function promptFor(mode: ExecutionModeName, spec: SpecRow, task: TaskRow): Prompt {
  const about = {
    taskId: task.id,
    title: task.title,
    description: task.description,
    specTitle: spec.title,
    acceptanceCriteria: task.acceptanceCriteria,
    kind: task.kind,
  };
  if (mode === "validation") return validationPrompt({ ...about, diff: "", testSummary: null });
  return taskPrompt({
    ...about,
    mode,
    requirements: [],
    ownedFiles: task.ownedFiles,
    dependencies: [],
    notes: task.notes,
  });
}
