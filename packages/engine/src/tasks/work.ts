import type { ChangedFileResource, TaskResultResource } from "@aomori/contract";
import { getTaskResult, listAgentRowsByRun, listDependencyRows, updateTask } from "@aomori/store";
import type { DependencyRow, SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { PreparedWorkspace, WorkspaceRequest } from "../ports.ts";
import type { Prompt } from "../planning/prompts.ts";
import { taskPrompt } from "../planning/task-prompt.ts";
import { recordedEnd } from "./agent-end.ts";
import type { Board } from "./board.ts";
import { currentTask } from "./current-task.ts";
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

export type Worked =
  | { readonly kind: "done"; readonly validates: boolean; readonly summary: WorkSummary }
  | { readonly kind: "stop" }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

const testDeadlineMs = 600_000;

/** Lets an agent do the task in a worktree of its own and stores what it left: commit, files, tests, last words. */
export async function work(
  engine: EngineContext,
  input: TaskInput,
  round: number,
): Promise<Worked> {
  const task = await currentTask(engine.store.scope(input.orgId), input);
  if (task === undefined) return { kind: "stop" };
  const earlier = await workToJudge(engine, input, task, round);
  if (earlier !== undefined) return earlier;
  return engine.interrupts.during(taskInterrupt(task), engine.closing, (signal) =>
    workOn(engine, input, task, round, signal),
  );
}

async function workOn(
  engine: EngineContext,
  input: TaskInput,
  task: TaskRow,
  round: number,
  signal: AbortSignal,
): Promise<Worked> {
  const scope = engine.store.scope(input.orgId);
  const board = await engine.boards.find(input.orgId, input.specId);
  const { spec } = board;
  const dependencies = await listDependencyRows(scope, task.id);
  const request = workspaceRequest(input.orgId, spec, task, dependencies, signal);
  const prepared = await engine.workspaces.prepare(request);
  if (prepared.kind === "conflict") {
    await parkForMerge(engine, input, prepared.files);
    return { kind: "stop" };
  }
  const { baseCommit, worktree } = prepared;
  const end = await runAgent(engine, input, {
    ...promptOf(task, spec, await board.requirements(scope), dependencies, round),
    spec,
    task,
    mode: task.executionMode,
    round,
    worktree,
    restore: async () => {
      await engine.workspaces.restore(request);
    },
    ...(round === 1 ? { begun: { branch: request.branch, baseCommit } } : {}),
  });
  if (end.kind !== "completed") return end;
  const collected = await collect(engine, request, { spec, task, prepared, ...end });
  if (collected.kind === "failed") return collected;
  const { result } = collected;
  await engine.store.transaction(input.orgId, async (tx) => {
    const outcome = { commitId: result.commit, baseCommit, result };
    await updateTask(tx, task.id, outcome, { expectRun: input.run });
  });
  return { kind: "done", validates: isValidated(spec, task), summary: summaryOf(result) };
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
  task: TaskRow,
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
  const { spec } = await engine.boards.find(input.orgId, input.specId);
  return { kind: "done", validates: isValidated(spec, task), summary: summaryOf(result) };
}

function promptOf(
  task: TaskRow,
  spec: SpecRow,
  requirements: Awaited<ReturnType<Board["requirements"]>>,
  dependencies: readonly DependencyRow[],
  round: number,
): Prompt {
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
      result: row.lastWords ?? "",
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
