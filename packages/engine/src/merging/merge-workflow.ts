import { errorBody, isCodedError } from "@aomori/protocol";
import type { ErrorBody } from "@aomori/protocol";
import type { EngineContext, MergeInput } from "../context.ts";
import type { DurableContext } from "../durable.ts";
import { concludeMerge } from "./conclude-merge.ts";
import { currentMerge, mergeInterrupt } from "./current-merge.ts";
import { mergeNext } from "./merge-next.ts";
import { openMerge } from "./open-merge.ts";
import { failSpec } from "./settle-spec.ts";

type Done<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "broken"; readonly error: ErrorBody };

/**
 * One run of a spec's merge queue: the least conflicting branch first, within dependency order, each behind
 * the test gate. Every turn reads the store, so a run that starts again after a crash finds what is merged.
 */
export async function mergeWorkflow(
  engine: EngineContext,
  durable: DurableContext,
  input: MergeInput,
): Promise<void> {
  // Two runs of one queue share a worktree, so their steps go one after another.
  const step = async <Result>(
    name: string,
    body: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Done<Result>> =>
    durable.step(name, () =>
      engine.merging.run(input.specId, () =>
        engine.interrupts.during(mergeInterrupt(input), engine.closing, (signal) =>
          guarded(() => body(signal)),
        ),
      ),
    );
  let last: Done<unknown> = await step("open", (signal) => openMerge(engine, input, signal));
  while (last.kind === "done") {
    const turn = await step("merge", (signal) => mergeNext(engine, input, signal));
    last = turn;
    if (turn.kind === "done" && turn.result.kind === "stop") return;
    if (turn.kind === "done" && turn.result.kind === "empty") break;
  }
  if (last.kind === "done") last = await step("conclude", () => concludeMerge(engine, input));
  const broken = last;
  if (broken.kind === "broken") {
    await durable.step("break off", () => breakOff(engine, input, broken.error));
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

/** What no task can mend (a full disk, a set-up command that fails) is told; a spec that only merges waits for a person. */
async function breakOff(engine: EngineContext, input: MergeInput, error: ErrorBody): Promise<void> {
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    if (currentMerge(board, input) === undefined) return;
    const { code } = error;
    const message = `the merge broke off: ${error.message}; go on with "aomori dag merge ${input.specId}"`;
    tx.emit({
      type: "merge.failed",
      specId: input.specId,
      projectId: board.spec.projectId,
      summary: message,
      data: { code, message },
    });
    if (board.spec.status === "merging") failSpec(board, tx, { code, message });
  });
}
