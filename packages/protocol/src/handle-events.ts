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
  const events = watch(readEvents(source, { requireOk: true, ...read }), (event, index) => {
    if (index === 0 && event.type === "aoi:meta") seen.meta = event;
    if (event.type === "aoi:summary") seen.summary = event;
  });
  const { signal } = read;
  const mapOptions = signal === undefined ? { concurrency } : { concurrency, signal };
  let handledCount = 0;
  for await (const _done of mapOrdered(events, handler, mapOptions)) handledCount += 1;
  if (seen.summary === undefined) throw new Error("readEvents ended without an error or a summary");
  return { meta: seen.meta, summary: seen.summary, handledCount };
}

async function* watch(
  events: AsyncIterable<StreamEvent>,
  see: (event: StreamEvent, index: number) => void,
): AsyncGenerator<StreamEvent, void, undefined> {
  let index = 0;
  for await (const event of events) {
    see(event, index);
    index += 1;
    yield event;
  }
}
