import type { Emitter, ErrorCategory, SummaryFields } from "@aomori/protocol";
import { RetryableError, UserError, errorBody } from "@aomori/protocol";
import type { Adapter, EncodedRecords, ItemBatches, Plan, PlanContext } from "../adapter.ts";
import { fieldNamesOf } from "../json-schema.ts";
import type { Item, ToolRecord } from "../record.ts";
import { isErrorItem, isRecordItem } from "../record.ts";
import { createBudget } from "./budget.ts";
import type { WrapperOptions } from "./options.ts";
import { Pager } from "./pager.ts";
import type { Projection } from "./project.ts";
import { createProjection } from "./project.ts";

export interface WrappedRun {
  readonly adapter: Adapter;
  /** What follows the tool's name. */
  readonly argv: readonly string[];
  readonly options: WrapperOptions;
  readonly emitter: Emitter<ToolRecord>;
  readonly context: PlanContext;
}

const heartbeatMs = 15_000;
const longestBusyMs = 5;

/** Runs a tool through its adapter into an open stream, and ends the stream; answers with the category that decides the exit status. */
export async function runWrapped(run: WrappedRun): Promise<ErrorCategory | undefined> {
  const { emitter, context } = run;
  const fatal = new FirstError();
  let summary: SummaryFields = {};
  try {
    summary = await streamItems(run, fatal);
    context.signal.throwIfAborted();
  } catch (error) {
    await fatal.tell(emitter, context.signal.aborted ? context.signal.reason : error);
  }
  const isPartial = fatal.category !== undefined && emitter.counts().results > 0;
  await emitter.summary({
    ...summary,
    ...(isPartial || context.signal.aborted ? { partial: true } : {}),
  });
  return fatal.category;
}

/** The first error decides the exit status; all are told. */
class FirstError {
  category: ErrorCategory | undefined;

  async tell(emitter: Emitter<ToolRecord>, error: unknown): Promise<void> {
    this.category ??= errorBody(error).category;
    await emitter.error(error);
  }
}

async function streamItems(run: WrappedRun, fatal: FirstError): Promise<SummaryFields> {
  const { adapter, argv, options, emitter, context } = run;
  const project = createProjection(options.fields, adapter);
  const pager = new Pager(adapter, argv, options, createBudget(options));
  const plan = adapter.plan(pager.argv, context);
  if (context.dryRun && plan.kind === "child") {
    await emitter.plan({ action: "run", argv: plan.argv, channel: adapter.channel });
    return {};
  }
  using _alive = heartbeat(emitter, plan);
  const batches = await batchesOf(plan, context, project === undefined && pager.takesAll);
  const turn = eventLoopTurns();
  const fieldNames = fieldNamesOf(adapter);
  const [type = ""] = adapter.recordTypes;
  let kept: Promise<void> | undefined;
  for await (const batch of batches) {
    await turn();
    context.signal.throwIfAborted();
    if ("lines" in batch) {
      await emitter.emitEncoded({ ...batch, type, fieldNames });
      continue;
    }
    for (const item of batch) {
      if (!isRecordItem(item)) await tell(emitter, item, fatal);
      else if (pager.takes(item)) {
        const written = put(emitter, item, project);
        // A promise that was kept once is not waited for again: an emitter that takes more hands out the same one.
        if (written !== kept) await written;
        kept = written;
      }
      if (pager.isFull) return pager.summary();
    }
  }
  pager.checkReached();
  return pager.summary();
}

/** Lets signals, timers and the first lines through while an adapter of our own is busy, without a turn for every batch. */
function eventLoopTurns(): () => Promise<void> | undefined {
  let lastMs = performance.now();
  return () => {
    if (performance.now() - lastMs < longestBusyMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        lastMs = performance.now();
        resolve();
      });
    });
  };
}

type Batches = ItemBatches | AsyncIterable<readonly Item[] | EncodedRecords>;

/** The machinery of children is loaded when there is one. */
async function batchesOf(plan: Plan, context: PlanContext, takesLines: boolean): Promise<Batches> {
  if (plan.kind === "native") return (takesLines ? plan.encoded?.() : undefined) ?? plan.items();
  const { childItems } = await import("./child-items.ts");
  return childItems(plan, context);
}

function put(
  emitter: Emitter<ToolRecord>,
  record: ToolRecord,
  project: Projection | undefined,
): Promise<void> {
  return emitter.emit(project === undefined ? record : project(record));
}

async function tell(emitter: Emitter<ToolRecord>, item: Item, fatal: FirstError): Promise<void> {
  if (isErrorItem(item)) await fatal.tell(emitter, item.error);
  else await emitter.forward(item);
}

/** A tool that is silent for long gives a sign of life all the same. */
function heartbeat(emitter: Emitter<ToolRecord>, plan: Plan): Disposable {
  const timer =
    plan.kind === "child" ? setInterval(() => void emitter.heartbeat(), heartbeatMs) : undefined;
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The signal of a run: aborted by `stop`, or when the time is over. */
export function runSignal(timeoutMs: number | undefined): {
  readonly signal: AbortSignal;
  readonly stop: (name: string) => void;
  readonly end: () => void;
} {
  const controller = new AbortController();
  const onTime = (): void =>
    controller.abort(
      new RetryableError(
        "timeout",
        "TIMEOUT",
        `not finished within ${String(timeoutMs)} ms; give --timeout more`,
      ),
    );
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(onTime, Math.min(timeoutMs, 2 ** 31 - 1));
  return {
    signal: controller.signal,
    stop: (name) =>
      controller.abort(new UserError("cancelled", "INTERRUPTED", `stopped by ${name}`)),
    end: () => clearTimeout(timer),
  };
}
