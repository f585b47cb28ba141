import { getTaskResult } from "@aomori/store";
import type { SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { PreparedWorkspace, WorkspaceRequest } from "../ports.ts";
import { validationPrompt } from "../planning/task-prompt.ts";
import { parseVerdict } from "../planning/verdict.ts";
import { currentTask, lookAtTask } from "./current-task.ts";
import { runAgent } from "./run-agent.ts";
import type { AgentRun } from "./run-agent.ts";
import type { TaskFailure } from "./task-failure.ts";
import { workspaceRequest } from "./workspace-request.ts";

export type Validated =
  | { readonly kind: "passed" }
  | { readonly kind: "again" }
  | { readonly kind: "stop" }
  | { readonly kind: "failed"; readonly failure: TaskFailure };

/** Lets another agent judge the work. A rejection goes back to the implementer, with its reasons, up to the spec's number of rounds. */
export async function validate(
  engine: EngineContext,
  input: TaskInput,
  round: number,
): Promise<Validated> {
  const current = await lookAtTask(engine, input);
  if (current === undefined) return { kind: "stop" };
  const { spec, task, dependencies } = current;
  const request = workspaceRequest(input.orgId, spec, task, dependencies, engine.closing);
  const prepared = await engine.workspaces.prepare(request);
  if (prepared.kind === "conflict") {
    throw new Error(`the worktree of ${task.id} is gone, and its start cannot be made again`);
  }
  await enter(engine, input, round);
  const end = await judge(engine, input, { spec, task, request, prepared, round });
  if (end.kind !== "completed") return end;
  const most = spec.settings.maxValidationRounds;
  return settle(engine, input, { task, round, most, validator: end });
}

/** Tells that a round begins; a second call finds it begun. */
async function enter(engine: EngineContext, input: TaskInput, round: number): Promise<void> {
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = currentTask(board, input);
    if (task?.status !== "running" || task.validationRound >= round) return;
    const followed = board.dag.set(input.taskId, "validating");
    board.updateTask(tx, input.taskId, { status: "validating" });
    tx.emit({
      ...board.facts(input.taskId),
      type: "validation.started",
      summary: `${input.taskId} is judged, round ${round}`,
      data: { round },
    });
    board.persist(tx, [input.taskId], followed);
  });
}

interface Judged {
  readonly spec: SpecRow;
  readonly task: TaskRow;
  readonly request: WorkspaceRequest;
  readonly prepared: Extract<PreparedWorkspace, { kind: "ready" }>;
  readonly round: number;
}

/** Runs the validator and undoes whatever it changed. */
async function judge(engine: EngineContext, input: TaskInput, judged: Judged): Promise<AgentRun> {
  const { spec, task, request, prepared, round } = judged;
  const { worktree } = prepared;
  const result = await getTaskResult(engine.store.scope(input.orgId), task.id);
  const end = await runAgent(engine, input, {
    ...validationPrompt({
      taskId: task.id,
      title: task.title,
      description: task.description,
      specTitle: spec.title,
      acceptanceCriteria: task.acceptanceCriteria,
      diff: result?.diff ?? "",
      testSummary: result?.testSummary ?? null,
      kind: task.kind,
      attempt: round,
    }),
    spec,
    task,
    mode: "validation",
    round,
    worktree,
    untouched: false,
    restore: async () => {
      await engine.workspaces.restore(request);
    },
  });
  if (end.kind !== "stop") {
    const commit = task.commitId ?? prepared.baseCommit;
    await engine.workspaces.resetTask(request.spec, worktree, request.branch, commit);
  }
  return end;
}

interface Judgement {
  readonly task: TaskRow;
  readonly round: number;
  readonly most: number;
  readonly validator: Extract<AgentRun, { kind: "completed" }>;
}

/** Records a verdict once and says what follows from it. */
async function settle(
  engine: EngineContext,
  input: TaskInput,
  { task, round, most, validator }: Judgement,
): Promise<Validated> {
  const { verdict, reasons } = parseVerdict(validator.finalText);
  const passed = verdict === "pass";
  const again = !passed && round < most;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const now = currentTask(board, input);
    if (now === undefined || now.validationRound >= round) return;
    if (again) board.persist(tx, [task.id], board.dag.set(task.id, "running"));
    board.updateTask(tx, task.id, {
      validationRound: round,
      ...(again ? { status: "running", notes: [...now.notes, ...reasons] } : {}),
    });
    const why = reasons[0] === undefined ? "" : `: ${reasons[0]}`;
    tx.emit({
      ...board.facts(task.id),
      agentId: validator.agentId,
      type: passed ? "validation.passed" : "validation.failed",
      summary: `${task.id} ${passed ? "passed" : "failed"} validation${why}`,
      data: { round, reasons: [...reasons] },
    });
  });
  if (passed) return { kind: "passed" };
  if (again) return { kind: "again" };
  const message = `rejected by validation ${round} times: ${reasons.join("; ")}`;
  return {
    kind: "failed",
    failure: { errorClass: "validation_failed", code: "VALIDATION_REJECTED", message },
  };
}
