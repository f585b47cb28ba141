import type { DurableContext } from "../durable.ts";
import type { EngineContext, PlanInput } from "../context.ts";
import { makeAttempt } from "./attempt.ts";
import { materialise } from "./materialise.ts";
import { nextMove } from "./next-move.ts";
import { settleAttempt } from "./settle-attempt.ts";

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
  for (;;) {
    const move = await durable.step("move", () => nextMove(engine, input));
    if (move.kind === "stop") return;
    if (move.kind === "materialise") {
      await durable.step("materialise", () => materialise(engine, input));
      return;
    }
    const answer = await durable.step("attempt", () => makeAttempt(engine, input, move));
    const pause = await durable.step("settle", () => settleAttempt(engine, input, move, answer));
    if (pause.afterMs > 0) await durable.sleep(pause.afterMs);
  }
}
