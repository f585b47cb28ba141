import type { DomainEvent, SummaryEvent } from "../events.ts";
import type { SummaryFields } from "../emitter.ts";
import type { StageOptions } from "./stage.ts";
import { runStage } from "./stage.ts";

export interface SourceOptions<Event extends DomainEvent> extends StageOptions<Event> {
  readonly events: AsyncIterable<Event> | Iterable<Event>;
  /** At most so many events; that there are more is told as `truncated`. */
  readonly limit?: number;
  /** Where the next page begins, given the last event of this one; written as `next_cursor` when there is more. */
  readonly cursorAfter?: (last: Event) => string;
}

/** A tool that emits and reads no stream: meta, its events, an honest summary. */
export function runSource<Event extends DomainEvent>(
  options: SourceOptions<Event>,
): Promise<SummaryEvent> {
  const { emitter, args, signal, limit = Number.POSITIVE_INFINITY } = options;
  const body = async (): Promise<SummaryFields> => {
    let last: Event | undefined;
    let count = 0;
    for await (const event of options.events) {
      signal?.throwIfAborted();
      if (count >= limit) return more(last, options.cursorAfter);
      await emitter.emit(event);
      last = event;
      count += 1;
    }
    return Number.isFinite(limit) ? { truncated: false } : {};
  };
  return runStage(emitter, args === undefined ? {} : { args }, body, () => ({}));
}

function more<Event extends DomainEvent>(
  last: Event | undefined,
  cursorAfter: ((last: Event) => string) | undefined,
): SummaryFields {
  if (last === undefined || cursorAfter === undefined) return { truncated: true };
  return { truncated: true, next_cursor: cursorAfter(last) };
}
