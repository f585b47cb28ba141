import type { StreamEvent } from "./events.ts";
import type { Task } from "./map-ordered.ts";
import { mapOrdered } from "./map-ordered.ts";
import type { ReadOptions } from "./reader.ts";
import { readEvents } from "./reader.ts";

export type EventHandler = Task<StreamEvent, void>;

export interface HandleOptions extends ReadOptions {
  /** Handlers running at once; 1 when absent: each starts after the one before it has ended. */
  readonly concurrency?: number;
}

export interface HandledStream {
  /** The first event, when it is one. */
  readonly meta: StreamEvent | undefined;
  readonly summary: StreamEvent;
  /** Events handled, framework events included. */
  readonly handledCount: number;
}

/**
 * Calls `handler` with every event of a stream: started in order, at most `concurrency` at once, all awaited.
 * Reading waits for handling, so memory stays bounded.
 *
 * Rejects with what the first failing handler threw, after the others have ended; with the errors of
 * `readEvents`; and with `UPSTREAM_FAILED` when the summary is not `ok: true`, unless `requireOk` is false.
 */
export async function handleEvents(
  source: AsyncIterable<Uint8Array | string>,
  handler: EventHandler,
  options: HandleOptions = {},
): Promise<HandledStream> {
  const { concurrency = 1, ...read } = options;
  const seen: { meta?: StreamEvent; summary?: StreamEvent } = {};
  const handle: EventHandler = (event, context) => {
    if (context.index === 0 && event.type === "aoi:meta") seen.meta = event;
    if (event.type === "aoi:summary") seen.summary = event;
    return handler(event, context);
  };
  const events = readEvents(source, { requireOk: true, ...read });
  const handledCount =
    concurrency === 1
      ? await handleInTurn(events, handle, read.signal)
      : await handleSeveral(events, handle, concurrency, read.signal);
  if (seen.summary === undefined) throw new Error("readEvents ended without an error or a summary");
  return { meta: seen.meta, summary: seen.summary, handledCount };
}

/** What `handleSeveral` does for one at a time, at a fraction of its cost. */
async function handleInTurn(
  events: AsyncIterable<StreamEvent>,
  handle: EventHandler,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  let index = 0;
  for await (const event of events) {
    const handling = handle(event, { index, signal });
    if (handling !== undefined) await handling;
    index += 1;
  }
  return index;
}

async function handleSeveral(
  events: AsyncIterable<StreamEvent>,
  handle: EventHandler,
  concurrency: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const options = signal === undefined ? { concurrency } : { concurrency, signal };
  let handledCount = 0;
  for await (const _done of mapOrdered(events, handle, options)) handledCount += 1;
  return handledCount;
}
