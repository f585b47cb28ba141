import type { ChangedFileResource, TaskResultResource } from "@aomori/contract";
import { getTaskResult, listAgentRowsByRun } from "@aomori/store";
import type { SpecRow, TaskPatch, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { PreparedWorkspace, WorkspaceRequest } from "../ports.ts";
import type { Prompt } from "../planning/prompts.ts";
import { taskPrompt } from "../planning/task-prompt.ts";
import { recordedEnd } from "./agent-end.ts";
import { lookAtTask } from "./current-task.ts";
import type { CurrentTask } from "./current-task.ts";
import { parkForMerge } from "./park-for-merge.ts";
import { runAgent, runPrefix } from "./run-agent.ts";
import { testCommandOf } from "./test-command.ts";
import type { TaskFailure } from "./task-failure.ts";
import { taskInterrupt, workspaceRequest } from "./workspace-request.ts";

/** What `task.completed` tells of the work. */
export interface WorkSummary {
  readonly filesChanged: number;
  readonly testsPassed: number | null;
  readonly testsFailed: number | null;
}

/** What a run leaves in the task's row. */
export type WorkOutcome = Pick<TaskPatch, "commitId" | "baseCommit" | "result">;

export type Worked =
  | {
      readonly kind: "done";
      readonly validates: boolean;
      readonly summary: WorkSummary;
      /** Not stored yet; absent where an earlier run stored it. */
      readonly outcome?: WorkOutcome;
    }
  | { readonly kind: "stop" }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

const testDeadlineMs = 600_000;

/** Lets an agent do the task in a worktree of its own and gathers what it left: commit, files, tests, last words. */
export async function work(
  engine: EngineContext,
  input: TaskInput,
  round: number,
): Promise<Worked> {
  const current = await lookAtTask(engine, input);
  if (current === undefined) return { kind: "stop" };
  const earlier = await workToJudge(engine, input, current, round);
  if (earlier !== undefined) return earlier;
  return engine.interrupts.during(taskInterrupt(current.task), engine.closing, (signal) =>
    workOn(engine, input, current, round, signal),
  );
}

async function workOn(
  engine: EngineContext,
  input: TaskInput,
  current: CurrentTask,
  round: number,
  signal: AbortSignal,
): Promise<Worked> {
  const { spec, task, dependencies } = current;
  const request = workspaceRequest(input.orgId, spec, task, dependencies, signal);
  const prepared = await engine.workspaces.prepare(request);
  if (prepared.kind === "conflict") {
    await parkForMerge(engine, input, prepared.files);
    return { kind: "stop" };
  }
  const { baseCommit, worktree } = prepared;
  const end = await runAgent(engine, input, {
    ...(await promptOf(engine, input, current, round)),
    spec,
    task,
    mode: task.executionMode,
    round,
    worktree,
    untouched: round === 1 && current.board.touch(task.id, input.run),
    restore: async () => {
      await engine.workspaces.restore(request);
    },
    ...(round === 1 ? { begun: { branch: request.branch, baseCommit } } : {}),
  });
  if (end.kind !== "completed") return end;
  const collected = await collect(engine, request, { spec, task, prepared, ...end });
  if (collected.kind === "failed") return collected;
  const { result } = collected;
  return {
    kind: "done",
    validates: isValidated(spec, task),
    summary: summaryOf(result),
    outcome: { commitId: result.commit, baseCommit, result },
  };
}

const isValidated = (spec: SpecRow, task: TaskRow): boolean =>
  spec.settings.validate && task.executionMode === "implementation";

const summaryOf = (result: TaskResultResource): WorkSummary => ({
  filesChanged: result.filesChanged.length,
  testsPassed: result.testSummary?.testsPassed ?? null,
  testsFailed: result.testSummary?.testsFailed ?? null,
});

/** Where the attempt before ended because its validator did, the work is there and only its judgement is wanted. */
async function workToJudge(
  engine: EngineContext,
  input: TaskInput,
  { spec, task }: CurrentTask,
  round: number,
): Promise<Worked | undefined> {
  if (input.run === 1 || round > 1 || task.commitId === null) return undefined;
  const scope = engine.store.scope(input.orgId);
  const before = runPrefix({ ...input, run: input.run - 1 });
  const last = (await listAgentRowsByRun(scope, before)).at(-1);
  if (last?.executionMode !== "validation" || recordedEnd(last)?.kind === "completed") {
    return undefined;
  }
  const result = await getTaskResult(scope, task.id);
  if (result === undefined || result === null) return undefined;
  return { kind: "done", validates: isValidated(spec, task), summary: summaryOf(result) };
}

async function promptOf(
  engine: EngineContext,
  input: TaskInput,
  { board, spec, task, dependencies }: CurrentTask,
  round: number,
): Promise<Prompt> {
  const scope = engine.store.scope(input.orgId);
  const requirements = await board.requirements(scope);
  const ids = dependencies.map((row) => row.id);
  const lastWords = await board.lastWords(scope, ids);
  return taskPrompt({
    taskId: task.id,
    title: task.title,
    description: task.description,
    mode: task.executionMode,
    kind: task.kind,
    attempt: round,
    specTitle: spec.title,
    requirements: task.requirements.flatMap((id) => {
      const text = requirements.get(id);
      return text === undefined ? [] : [{ id, text }];
    }),
    acceptanceCriteria: task.acceptanceCriteria,
    ownedFiles: task.ownedFiles,
    dependencies: dependencies.map((row) => ({
      id: row.id,
      title: row.title,
      result: lastWords.get(row.id) ?? "",
    })),
    notes: task.notes,
  });
}

type Collected =
  | { readonly kind: "collected"; readonly result: TaskResultResource }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

const refused = (code: string, message: string): Collected => ({
  kind: "failed",
  failure: { errorClass: "agent_error", code, message },
});

interface Finished {
  readonly spec: SpecRow;
  readonly task: TaskRow;
  readonly prepared: Extract<PreparedWorkspace, { kind: "ready" }>;
  readonly finalText: string;
}

/** Commits what the agent left, refuses what its mode forbids, and runs the tests. */
async function collect(
  engine: EngineContext,
  request: WorkspaceRequest,
  finished: Finished,
): Promise<Collected> {
  const { task, prepared, finalText } = finished;
  const { worktree, baseCommit } = prepared;
  const { spec: workspace, branch } = request;
  const left = await engine.workspaces.conflictMarkers(worktree, prepared.conflictedFiles);
  if (left.length > 0) {
    return refused("CONFLICT_MARKERS_LEFT", `${left.join(", ")} still holds conflict markers`);
  }
  const message = `${task.title}\n\nAomori-Task: ${task.id}\nAomori-Spec: ${workspace.specId}`;
  const { commit, files } = await engine.workspaces.collect({
    spec: workspace,
    branch,
    worktree,
    baseCommit,
    message,
  });
  if (task.executionMode === "exploration" && files.length > 0) {
    await engine.workspaces.resetTask(workspace, worktree, branch, baseCommit);
    return refused(
      "EXPLORATION_WROTE",
      `an exploration may change nothing, but changed ${names(files)}`,
    );
  }
  if (task.executionMode === "implementation" && commit === null) {
    return refused(
      "NOTHING_CHANGED",
      `the agent ended without changing a file: ${finalText.slice(0, 200)}`,
    );
  }
  return { kind: "collected", result: await resultOf(engine, request, finished, commit, files) };
}

async function resultOf(
  engine: EngineContext,
  request: WorkspaceRequest,
  { spec, task, prepared, finalText }: Finished,
  commit: string | null,
  files: readonly ChangedFileResource[],
): Promise<TaskResultResource> {
  const { worktree, baseCommit } = prepared;
  const about = { taskId: task.id, filesChanged: [...files], logs: finalText, commit };
  if (commit === null) return { ...about, diff: "", diffTruncated: false, testSummary: null };
  const diff = await engine.workspaces.diff(request.spec, baseCommit, commit);
  const command = await testCommandOf(engine, spec, worktree);
  const options = { deadlineMs: testDeadlineMs, signal: request.signal };
  return {
    ...about,
    diff: diff.text,
    diffTruncated: diff.truncated,
    testSummary:
      command === undefined ? null : await engine.workspaces.runTests(worktree, command, options),
  };
}

function names(files: readonly ChangedFileResource[]): string {
  return files
    .slice(0, 5)
    .map((file) => file.path)
    .join(", ");
}
