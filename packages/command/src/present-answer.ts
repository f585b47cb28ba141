import { TerminalError, isResultType } from "@aomori/protocol";
import type { CommandRequest, StreamedEvent } from "./command-handler.ts";
import { isPlan } from "./command-handler.ts";
import type { CommandSpec } from "./command-spec.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Ending, Outcome, Presenter } from "./presenter.ts";
import { isRecord } from "./records.ts";
import type { RunEnd } from "./run-presented.ts";
import { untilAborted } from "./until-aborted.ts";

/** Framework events a handler may stream; meta and summary are the kernel's. */
const streamable: readonly string[] = [
  "aoi:error",
  "aoi:warning",
  "aoi:check",
  "aoi:plan",
  "aoi:progress",
  "aoi:heartbeat",
  "aoi:artifact",
];

const streamBeatMs = 15_000;

export interface Presentation {
  readonly spec: CommandSpec;
  readonly request: CommandRequest;
  readonly presenter: Presenter;
  /** What events say of the outcome, those of the input included. */
  readonly outcome: Outcome;
  readonly graceMs: number;
  /** What the input adds to the summary. */
  readonly ending: () => Ending;
  readonly isEnough: (() => boolean) | undefined;
}

/** Shows whatever a handler answered with, to its end. */
export async function presentAnswer(answer: unknown, presentation: Presentation): Promise<RunEnd> {
  const { spec, request, presenter, outcome, ending } = presentation;
  if (isPlan(answer)) {
    await presenter.plan(answer.actions);
  } else if (isAsyncIterable(answer)) {
    return await presentEvents(answer, presentation);
  } else if (request.flags.dryRun) {
    throw dryRunIgnored(spec);
  } else if (isPage(answer)) {
    return await presentPage(answer, presentation);
  } else if (answer !== undefined) {
    await presenter.resource(answer);
  }
  request.signal.throwIfAborted();
  await presenter.finish(ending());
  return { category: outcome.category };
}

function dryRunIgnored(spec: CommandSpec): TerminalError {
  return new TerminalError(
    "internal",
    "DRY_RUN_IGNORED",
    `"${spec.name}" answered a dry run with a result instead of a plan; it may have done its work`,
  );
}

async function presentPage(
  answer: readonly unknown[] | Page,
  { request, presenter, outcome, ending }: Presentation,
): Promise<RunEnd> {
  const {
    items,
    next_cursor: cursor = null,
    total,
  }: Page = "items" in answer ? answer : { items: answer };
  const { limit = Number.POSITIVE_INFINITY } = request.flags;
  await presenter.page(items.slice(0, limit), request.signal);
  request.signal.throwIfAborted();
  // A page cut here has no cursor: the one that came with it points behind what was cut off.
  const wasCut = items.length > limit;
  await presenter.finish({
    ...ending(),
    truncated: wasCut || cursor !== null,
    ...(wasCut || cursor === null ? {} : { nextCursor: cursor }),
    ...(total === undefined ? {} : { total }),
  });
  return { category: outcome.category };
}

async function presentEvents(
  events: AsyncIterable<unknown>,
  { spec, request, presenter, outcome, graceMs, ending, isEnough }: Presentation,
): Promise<RunEnd> {
  const { flags, signal, context } = request;
  const heartbeat = startHeartbeat(presenter, context.heartbeatMs ?? streamBeatMs);
  const graceLeftMs = graceOf(signal, graceMs);
  const iterator = events[Symbol.asyncIterator]();
  const { limit = Number.POSITIVE_INFINITY } = flags;
  let shown = 0;
  let truncated = false;
  let isDone = false;
  try {
    while (!truncated) {
      const next = await untilAborted(iterator.next(), signal, graceLeftMs());
      signal.throwIfAborted();
      if (next.done === true) {
        isDone = true;
        break;
      }
      const event = streamedEvent(next.value);
      if (flags.dryRun && !event.type.startsWith("aoi:")) throw dryRunIgnored(spec);
      const isResult = isResultType(event.type);
      truncated = isResult && shown >= limit;
      if (truncated) break;
      outcome.observe(event);
      await presenter.event(event);
      if (isResult) shown += 1;
      truncated = isEnough?.() === true;
    }
  } finally {
    clearInterval(heartbeat);
    if (!isDone && iterator.return !== undefined) {
      await untilAborted(iterator.return(), signal, graceLeftMs());
    }
  }
  const before = ending();
  await presenter.finish({ ...before, truncated: truncated || before.truncated === true });
  return { category: outcome.category };
}

/** What is left of the grace that starts when `signal` is aborted, in milliseconds: one grace for all that is asked meanwhile. */
function graceOf(signal: AbortSignal, graceMs: number): () => number {
  let endsAtMs: number | undefined;
  const start = (): void => {
    endsAtMs = performance.now() + graceMs;
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return () => (endsAtMs === undefined ? graceMs : Math.max(0, endsAtMs - performance.now()));
}

interface Page {
  readonly items: readonly unknown[];
  readonly next_cursor?: string | null;
  readonly total?: number;
}

const pageFields: readonly string[] = ["items", "next_cursor", "total"];

function isPage(answer: unknown): answer is readonly unknown[] | Page {
  if (Array.isArray(answer)) return true;
  if (!isRecord(answer) || !Array.isArray(answer["items"])) return false;
  return Object.keys(answer).every((name) => pageFields.includes(name));
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function streamedEvent(value: unknown): StreamedEvent {
  if (isRecord(value) && typeof value["type"] === "string") {
    const { type } = value;
    if (!type.startsWith("aoi:") || streamable.includes(type)) return { ...value, type };
    throw new TerminalError("internal", "RESERVED_TYPE", `a handler cannot stream ${type} itself`);
  }
  throw new TerminalError(
    "internal",
    "MALFORMED_EVENT",
    "a handler streamed a value without a string type; every event has one",
  );
}
