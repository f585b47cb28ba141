import { operations } from "@aomori/contract";
import type { AomoriEvent, EventType } from "@aomori/contract";
import type { CallOptions, Calls } from "../calls.ts";
import { decodeEvent, filterInput, streamEvents } from "../event-stream.ts";
import type { EventFilters, StreamOptions } from "../event-stream.ts";
import { atCursor, listing } from "../page.ts";
import type { Listing } from "../page.ts";

export interface EventListOptions extends EventFilters {
  readonly limit?: number;
  readonly cursor?: string;
}

export interface SubscribeOptions extends Omit<StreamOptions, "types" | "follow"> {
  /** Gets what ends the subscription early; without it that is an unhandled rejection. */
  readonly onError?: (error: unknown) => void;
}

function isOfType<Type extends EventType>(
  event: AomoriEvent,
  type: Type,
): event is AomoriEvent & AomoriEvent<Type> {
  return event.type === type;
}

export class Events {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Events as they happen, each once and in order, over lost connections. Leaving the loop ends it. */
  stream(options: StreamOptions = {}): AsyncGenerator<AomoriEvent, void> {
    return streamEvents(this.#calls.endpoint, options);
  }

  /** Calls `listener` with each event of a type, one after another, awaiting a promise it returns; returns how to end that. */
  subscribe<Type extends EventType>(
    type: Type,
    listener: (event: AomoriEvent<Type>) => unknown,
    { onError, signal, ...options }: SubscribeOptions = {},
  ): () => void {
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
    const run = async (): Promise<void> => {
      try {
        for await (const event of this.stream({ ...options, types: [type], signal: either })) {
          if (isOfType(event, type)) await listener(event);
        }
      } catch (error) {
        if (either.aborted && error === either.reason) return;
        if (onError === undefined) throw error;
        onError(error);
      }
    };
    void run();
    return () => ended.abort();
  }

  /** Past events, oldest first; types newer than this version are left out. */
  list(filters: EventListOptions = {}, options?: CallOptions): Listing<AomoriEvent> {
    const { limit, cursor: start } = filters;
    const input = { ...filterInput(filters), ...(limit === undefined ? {} : { limit }) };
    return listing(async (cursor) => {
      const page = await this.#calls.readWire(
        operations["events.list"],
        { ...input, ...atCursor(cursor ?? start) },
        options,
      );
      return {
        items: page.items.flatMap((item) => decodeEvent(item) ?? []),
        nextCursor: page.next_cursor,
      };
    });
  }
}
