import type { EngineContext, TaskInput } from "../context.ts";
import type { DurableContext } from "../durable.ts";
import { errorBody, isCodedError } from "@aomori/protocol";
import { errorClassOf } from "../scheduling/retry-decision.ts";
import { finishTask, keepOutcome } from "./finish-task.ts";
import { giveUp } from "./give-up.ts";
import { validate } from "./validate.ts";
import { work } from "./work.ts";
import type { Worked } from "./work.ts";
import type { TaskFailure } from "./task-failure.ts";

/**
 * Runs one task once: worktree, agent, commit, validation, result. Which attempt follows a failure is
 * decided when the failure is settled, and is another run of this workflow under another id.
 */
export async function taskWorkflow(
  engine: EngineContext,
  durable: DurableContext,
  input: TaskInput,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    const done = await durable.step("work", () => workAndStore(engine, input, round));
    if (done.kind === "stop") return;
    if (done.kind === "failed") return settle(engine, durable, input, done.failure);
    if (done.validates) {
      const verdict = await durable.step("validate", () =>
        guarded(() => validate(engine, input, round)),
      );
      if (verdict.kind === "stop") return;
      if (verdict.kind === "failed") return settle(engine, durable, input, verdict.failure);
      if (verdict.kind === "again") continue;
    }
    await durable.step("finish", () => finishTask(engine, input, done.summary));
    return;
  }
}

/** Work that nobody judges completes its task in the same step and transaction; then nothing is left of the run. */
async function workAndStore(
  engine: EngineContext,
  input: TaskInput,
  round: number,
): Promise<Worked> {
  const worked = await guarded(() => work(engine, input, round));
  if (worked.kind !== "done") return worked;
  const { outcome, ...done } = worked;
  if (!done.validates) {
    await finishTask(engine, input, done.summary, outcome);
    return { kind: "stop" };
  }
  if (outcome !== undefined) await keepOutcome(engine, input, outcome);
  return done;
}

async function settle(
  engine: EngineContext,
  durable: DurableContext,
  input: TaskInput,
  failure: TaskFailure,
): Promise<void> {
  await durable.step("give up", () => giveUp(engine, input, failure));
}

/** Turns what a step throws into a failure of the task, so that no task is left running by nobody. */
async function guarded<Result>(
  body: () => Promise<Result>,
): Promise<Result | { readonly kind: "failed"; readonly failure: TaskFailure }> {
  try {
    return await body();
  } catch (error) {
    const { code, message } = errorBody(error);
    // Nobody has judged an error without a code: the database may be gone for a moment.
    const errorClass = isCodedError(error) ? errorClassOf(error) : "temporary";
    return { kind: "failed", failure: { errorClass, code, message } };
  }
}
