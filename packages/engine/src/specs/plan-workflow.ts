import { errorBody, isCodedError } from "@aomori/protocol";
import type { ErrorBody } from "@aomori/protocol";
import { updateSpec } from "@aomori/store";
import type { DurableContext } from "../durable.ts";
import type { EngineContext, PlanInput } from "../context.ts";
import { makeAttempt } from "./attempt.ts";
import { currentPlan } from "./current-plan.ts";
import { materialise } from "./materialise.ts";
import { nextMove } from "./next-move.ts";
import { settleAttempt } from "./settle-attempt.ts";

type Done<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "broken"; readonly error: ErrorBody };

/**
 * Drives one spec from its current phase until a person is needed, a phase has failed or the plan is accepted.
 * All truth is in the store: each turn reads where the spec stands, so an edited, approved or cancelled spec
 * is seen at once and a repeated step finds its own work done.
 */
export async function planWorkflow(
  engine: EngineContext,
  durable: DurableContext,
  input: PlanInput,
): Promise<void> {
  const step = <Result>(name: string, body: () => Promise<Result>): Promise<Done<Result>> =>
    durable.step(name, () => guarded(body));
  for (;;) {
    const turn = await step("move", () => nextMove(engine, input));
    if (turn.kind === "broken") return breakOff(engine, durable, input, turn.error);
    const move = turn.result;
    if (move.kind === "stop") return;
    if (move.kind === "materialise") {
      const made = await step("materialise", () => materialise(engine, input));
      if (made.kind === "broken") await breakOff(engine, durable, input, made.error);
      return;
    }
    const answer = await durable.step("attempt", () => makeAttempt(engine, input, move));
    const settled = await step("settle", () => settleAttempt(engine, input, move, answer));
    if (settled.kind === "broken") return breakOff(engine, durable, input, settled.error);
    if (settled.result.afterMs > 0) await durable.sleep(settled.result.afterMs);
  }
}

async function guarded<Result>(body: () => Promise<Result>): Promise<Done<Result>> {
  try {
    return { kind: "done", result: await body() };
  } catch (error) {
    // What may pass by itself, or is nobody's judgement (the database is gone), is left to the step's own repetition.
    if (!isCodedError(error) || error.retryable) throw error;
    return { kind: "broken", error: errorBody(error) };
  }
}

/** What no attempt can mend leaves the spec failed and visible, so that it is not planned by nobody for ever. */
function breakOff(
  engine: EngineContext,
  durable: DurableContext,
  input: PlanInput,
  error: ErrorBody,
): Promise<void> {
  const { code } = error;
  const message = `planning broke off: ${error.message}; go on with "aomori spec retry ${input.specId}"`;
  return durable.step("break off", () =>
    engine.store.transaction(input.orgId, async (tx) => {
      const spec = await currentPlan(tx, input);
      if (spec === undefined) return;
      updateSpec(tx, spec.id, { status: "failed", failure: { code, message, at: tx.now } });
      tx.emit({
        type: "spec.failed",
        specId: spec.id,
        projectId: spec.projectId,
        summary: `waits for a person: ${message}`,
        data: { code, message },
      });
    }),
  );
}
