import type { AgentId } from "@aomori/contract";
import { getTaskResult, updateTask } from "@aomori/store";
import type { TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import { validationPrompt } from "../planning/task-prompt.ts";
import { parseVerdict } from "../planning/verdict.ts";
import { workspaceRequest } from "./begin-task.ts";
import { currentTask } from "./current-task.ts";
import { runAgent } from "./run-agent.ts";
import type { TaskFailure } from "./task-failure.ts";

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
  const scope = engine.store.scope(input.orgId);
  const task = await currentTask(scope, input);
  if (task === undefined) return { kind: "stop" };
  const { spec } = await engine.boards.find(input.orgId, input.specId);
  const request = await workspaceRequest(engine, input.orgId, spec, task);
  const prepared = await engine.workspaces.prepare(request);
  if (prepared.kind === "conflict") return { kind: "stop" };
  await enter(engine, input, round);
  const result = await getTaskResult(scope, task.id);
  const { system, prompt } = validationPrompt({
    taskId: task.id,
    title: task.title,
    description: task.description,
    specTitle: spec.title,
    acceptanceCriteria: task.acceptanceCriteria,
    diff: result?.diff ?? "",
    testSummary: result?.testSummary ?? null,
    kind: task.kind,
    attempt: round,
  });
  const end = await runAgent(
    engine,
    input,
    { spec, task },
    {
      mode: "validation",
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
  const touched = await engine.workspaces.collect({
    spec: request.spec,
    branch: request.branch,
    worktree: prepared.worktree,
    baseCommit: task.commitId ?? prepared.baseCommit,
    message: `Changes a validator made on ${task.id}`,
  });
  if (touched.files.length > 0) {
    await engine.workspaces.resetTask(
      request.spec,
      prepared.worktree,
      request.branch,
      task.commitId ?? prepared.baseCommit,
    );
  }
  const verdict = parseVerdict(end.finalText);
  return settle(engine, input, {
    task,
    round,
    validator: end.agentId,
    ...verdict,
    most: spec.settings.maxValidationRounds,
  });
}

async function enter(engine: EngineContext, input: TaskInput, round: number): Promise<void> {
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = await currentTask(tx, input);
    if (task?.status !== "running" || task.validationRound >= round) return;
    const followed = board.dag.set(input.taskId, "validating");
    await updateTask(tx, input.taskId, { status: "validating" });
    tx.emit({
      ...board.facts(input.taskId),
      type: "validation.started",
      summary: `${input.taskId} is judged, round ${round}`,
      data: { round },
    });
    await board.persist(tx, [input.taskId], followed);
  });
}

interface Judgement {
  readonly task: TaskRow;
  readonly round: number;
  readonly most: number;
  readonly validator: AgentId;
  readonly verdict: "pass" | "fail";
  readonly reasons: readonly string[];
}

async function settle(
  engine: EngineContext,
  input: TaskInput,
  judgement: Judgement,
): Promise<Validated> {
  const { task, round, most, validator, verdict } = judgement;
  const reasons = [...judgement.reasons];
  const passed = verdict === "pass";
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    // This step may run twice; the second time finds the round settled.
    const now = await currentTask(tx, input);
    if (now === undefined || now.validationRound >= round) return;
    const again = !passed && round < most;
    if (again) {
      const followed = board.dag.set(task.id, "running");
      await board.persist(tx, [task.id], followed);
    }
    await updateTask(tx, task.id, {
      validationRound: round,
      ...(again ? { status: "running", notes: [...task.notes, ...reasons] } : {}),
    });
    const facts = { ...board.facts(task.id), agentId: validator };
    const why = reasons[0] === undefined ? "" : `: ${reasons[0]}`;
    if (passed) {
      tx.emit({
        ...facts,
        type: "validation.passed",
        summary: `${task.id} passed validation${why}`,
        data: { round, reasons },
      });
    } else {
      tx.emit({
        ...facts,
        type: "validation.failed",
        summary: `${task.id} failed validation${why}`,
        data: { round, reasons },
      });
    }
  });
  if (passed) return { kind: "passed" };
  if (round < most) return { kind: "again" };
  const message = `rejected by validation ${round} times: ${reasons.join("; ")}`;
  return {
    kind: "failed",
    failure: { errorClass: "validation_failed", code: "VALIDATION_REJECTED", message },
  };
}
