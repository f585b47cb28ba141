import { operations, readEvent, toWireInput } from "@aomori/contract";
import type { AgentId, AomoriEvent, EventType, SpecId, TaskId } from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";
import * as z from "zod";
import type { Endpoint } from "./send.ts";
import { streamWire } from "./wire-stream.ts";

/** A type, or every type of a noun: `task.*`. */
export type EventPattern = EventType | `${string}.*`;

export interface EventFilters {
  readonly specId?: SpecId;
  readonly taskId?: TaskId;
  readonly agentId?: AgentId;
  readonly types?: readonly EventPattern[];
}

export interface StreamOptions extends EventFilters {
  /** Seq to continue behind; 0 for the first event, from now on when absent. */
  readonly after?: number;
  /** False ends at the newest event; true by default. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Failures in a row before the stream gives up; 10 by default. */
  readonly maxFailures?: number;
  /** Silence after which a connection counts as lost; 45 s by default. */
  readonly idleTimeoutMs?: number;
}

/** An event, or word that a connection stands and everything behind its cursor will follow. */
export type StreamSignal = { readonly kind: "open" } | EventSignal;
interface EventSignal {
  readonly kind: "event";
  readonly event: AomoriEvent;
}

/** Reads an event of this version's; `undefined` for a newer type. Throws ANSWER_UNREADABLE. */
export function decodeEvent(value: unknown): AomoriEvent | undefined {
  try {
    return readEvent(value);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const message = `an event is not what this version of the SDK reads: ${cause.issues[0]?.path.join(".")}: ${cause.issues[0]?.message}; use the SDK of the server's version`;
    throw new TerminalError("internal", "ANSWER_UNREADABLE", message, { cause });
  }
}

/** The filters as an operation takes them. */
export function filterInput({ types, specId, taskId, agentId }: EventFilters): {
  specId?: SpecId;
  taskId?: TaskId;
  agentId?: AgentId;
  types?: string;
} {
  return {
    ...(specId === undefined ? {} : { specId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(types === undefined ? {} : { types: types.join(",") }),
  };
}

/** The stream with word of its connections, for those who must look before they listen. */
export async function* streamSignals(
  endpoint: Endpoint,
  options: StreamOptions,
): AsyncGenerator<StreamSignal, void> {
  const operation = operations["events.stream"];
  const { after, follow, signal, maxFailures, idleTimeoutMs } = options;
  const input = toWireInput(operation.input, { ...filterInput(options), after, follow });
  const request = { operation, input, signal, maxFailures, idleTimeoutMs };
  for await (const item of streamWire(endpoint, request)) {
    if (item.kind === "open") {
      yield { kind: "open" };
      continue;
    }
    const event = decodeEvent(item.data);
    if (event !== undefined) yield { kind: "event", event };
  }
}

/** Events alone. */
export async function* streamEvents(
  endpoint: Endpoint,
  options: StreamOptions,
): AsyncGenerator<AomoriEvent, void> {
  for await (const signal of streamSignals(endpoint, options)) {
    if (signal.kind === "event") yield signal.event;
  }
}
