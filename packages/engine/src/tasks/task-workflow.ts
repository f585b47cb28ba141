import type { EngineContext, TaskInput } from "../context.ts";
import type { DurableContext } from "../durable.ts";
import { errorClassOf } from "../scheduling/retry-decision.ts";
import { beginTask } from "./begin-task.ts";
import { finishTask } from "./finish-task.ts";
import { giveUp } from "./give-up.ts";
import { validate } from "./validate.ts";
import { work } from "./work.ts";
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
  const begun = await durable.step("begin", () => guarded(() => beginTask(engine, input)));
  if (begun.kind === "stop") return;
  if (begun.kind === "failed") return settle(engine, durable, input, begun.failure);
  for (let round = 1; ; round += 1) {
    const done = await durable.step("work", () => guarded(() => work(engine, input, round)));
    if (done.kind === "stop") return;
    if (done.kind === "failed") return settle(engine, durable, input, done.failure);
    if (!begun.validates) break;
    const verdict = await durable.step("validate", () =>
      guarded(() => validate(engine, input, round)),
    );
    if (verdict.kind === "stop") return;
    if (verdict.kind === "failed") return settle(engine, durable, input, verdict.failure);
    if (verdict.kind === "passed") break;
  }
  await durable.step("finish", () => finishTask(engine, input));
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
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "code" in error ? String(error.code) : "INTERNAL";
    return { kind: "failed", failure: { errorClass: errorClassOf(error), code, message } };
  }
}
