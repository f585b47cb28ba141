import type { EngineContext, MergeInput } from "../context.ts";
import type { DurableContext } from "../durable.ts";
import { concludeMerge } from "./conclude-merge.ts";
import { mergeNext } from "./merge-next.ts";
import { openMerge } from "./open-merge.ts";

/**
 * One run of a spec's merge queue: the least conflicting branch first, within dependency order, each behind
 * the test gate. Every turn reads the store, so a run that starts again after a crash finds what is merged.
 */
export async function mergeWorkflow(
  engine: EngineContext,
  durable: DurableContext,
  input: MergeInput,
): Promise<void> {
  const opened = await durable.step("open", () => openMerge(engine, input));
  if (opened.kind === "stop") return;
  for (;;) {
    const turn = await durable.step("merge", () => mergeNext(engine, input));
    if (turn.kind === "stop") return;
    if (turn.kind === "empty") break;
  }
  await durable.step("conclude", () => concludeMerge(engine, input));
}
