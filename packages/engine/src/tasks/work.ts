import type { ChangedFileResource, OrgId, TaskResultResource } from "@aomori/contract";
import { acceptedArtifacts, listDependencyRows, updateTask } from "@aomori/store";
import type { SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { PreparedWorkspace, WorkspaceRequest } from "../ports.ts";
import type { Prompt } from "../planning/prompts.ts";
import { taskPrompt } from "../planning/task-prompt.ts";
import { workspaceRequest } from "./begin-task.ts";
import { currentTask } from "./current-task.ts";
import { runAgent } from "./run-agent.ts";
import { testCommandOf } from "./test-command.ts";
import type { TaskFailure } from "./task-failure.ts";

export type Worked =
  | { readonly kind: "done" }
  | { readonly kind: "stop" }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

const testDeadlineMs = 600_000;

/** Lets an agent do the task and stores what it left: commit, files, tests, last words. */
export async function work(
  engine: EngineContext,
  input: TaskInput,
  round: number,
): Promise<Worked> {
  const task = await currentTask(engine.store.scope(input.orgId), input);
  if (task === undefined) return { kind: "stop" };
  const { spec } = await engine.boards.find(input.orgId, input.specId);
  const request = await workspaceRequest(engine, input.orgId, spec, task);
  const prepared = await engine.workspaces.prepare(request);
  if (prepared.kind === "conflict") return { kind: "stop" };
  const { system, prompt } = await promptOf(engine, input.orgId, spec, task, round);
  const end = await runAgent(
    engine,
    input,
    { spec, task },
    {
      mode: task.executionMode,
      round,
      worktree: prepared.worktree,
      system,
      prompt,
      restore: async () => {
        await engine.workspaces.restore(request);
      },
    },
  );
  if (end.kind === "failed") return end;
  const collected = await collect(engine, request, {
    spec,
    task,
    prepared,
    finalText: end.finalText,
  });
  if (collected.kind === "failed") return collected;
  await engine.store.transaction(input.orgId, async (tx) => {
    await updateTask(tx, task.id, {
      commitId: collected.result.commit,
      baseCommit: prepared.baseCommit,
      result: collected.result,
    });
  });
  return { kind: "done" };
}

async function promptOf(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
  task: TaskRow,
  round: number,
): Promise<Prompt> {
  const scope = engine.store.scope(orgId);
  const { REQUIREMENTS: requirements } = await acceptedArtifacts(scope, spec.id);
  const dependencies = await listDependencyRows(scope, task.id);
  return taskPrompt({
    taskId: task.id,
    title: task.title,
    description: task.description,
    mode: task.executionMode,
    kind: task.kind,
    attempt: round,
    specTitle: spec.title,
    requirements: (requirements?.requirements ?? [])
      .filter((requirement) => task.requirements.includes(requirement.id))
      .map((requirement) => ({ id: requirement.id, text: requirement.text })),
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

async function collect(
  engine: EngineContext,
  request: WorkspaceRequest,
  finished: Finished,
): Promise<Collected> {
  const { spec, task, prepared, finalText } = finished;
  const { worktree, baseCommit } = prepared;
  const workspace = request.spec;
  const left = await engine.workspaces.conflictMarkers(worktree, prepared.conflictedFiles);
  if (left.length > 0) {
    return refused("CONFLICT_MARKERS_LEFT", `${left.join(", ")} still holds conflict markers`);
  }
  const message = `${task.title}\n\nAomori-Task: ${task.id}\nAomori-Spec: ${spec.id}`;
  const { commit, files } = await engine.workspaces.collect({
    spec: workspace,
    branch: request.branch,
    worktree,
    baseCommit,
    message,
  });
  if (task.executionMode === "exploration" && files.length > 0) {
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
  const diff =
    commit === null
      ? { text: "", truncated: false }
      : await engine.workspaces.diff(workspace, baseCommit, commit);
  const command = await testCommandOf(engine, spec, worktree);
  const testSummary =
    command === undefined || commit === null
      ? null
      : await engine.workspaces.runTests(worktree, command, {
          deadlineMs: testDeadlineMs,
          signal: engine.closing,
        });
  const result: TaskResultResource = {
    taskId: task.id,
    diff: diff.text,
    diffTruncated: diff.truncated,
    filesChanged: [...files],
    testSummary,
    logs: finalText,
    commit,
  };
  return { kind: "collected", result };
}

function names(files: readonly ChangedFileResource[]): string {
  return files
    .slice(0, 5)
    .map((file) => file.path)
    .join(", ");
}
