import type { StreamedEvent } from "@aomori/command";
import { streamWire } from "@aomori/sdk/wire";
import { isRecord } from "@aomori/system";
import { bindings } from "../derived/bindings.ts";
import { numberAt, textAt } from "../wire/fields.ts";
import type { Connection } from "./connect.ts";
import { call } from "./connect.ts";

export interface EventRequest {
  /** Filters by their wire names: `spec_id`, `task_id`, `agent_id`, `types`. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** What the stream gives: an event, or word that everything behind a cursor will follow. */
export type FeedItem =
  | { readonly kind: "open" }
  | { readonly kind: "event"; readonly event: StreamedEvent };

/** Statuses that nothing follows but what a person does. */
const overStatuses: readonly string[] = ["completed", "failed", "cancelled"];
const overEvents: readonly string[] = ["spec.completed", "spec.failed", "spec.cancelled"];

export function isOver(status: string | undefined): boolean {
  return status !== undefined && overStatuses.includes(status);
}

/** Events from `after` on (0 is the first, from now on when absent); without `follow` it ends at the newest. */
export async function* eventFeed(
  { endpoint }: Connection,
  { filter, signal }: EventRequest,
  { after, follow }: { readonly after?: number | undefined; readonly follow: boolean },
): AsyncGenerator<FeedItem, void> {
  const input = { ...filter, follow, ...(after === undefined ? {} : { after }) };
  const operation = bindings["events.stream"];
  for await (const item of streamWire(endpoint, { operation, input, signal })) {
    if (item.kind === "open") yield { kind: "open" };
    else if (isRecord(item.data)) yield { kind: "event", event: { ...item.data, type: item.type } };
  }
}

/** Everything that has happened, then what happens until the spec is over. */
export async function* followSpec(
  connection: Connection,
  specId: string,
  request: EventRequest,
): AsyncGenerator<StreamedEvent, void> {
  let cursor = 0;
  const seen = (event: StreamedEvent): StreamedEvent => {
    cursor = Math.max(cursor, numberAt(event, "seq") ?? 0);
    return event;
  };
  for await (const item of eventFeed(connection, request, { after: 0, follow: false })) {
    if (item.kind === "event") yield seen(item.event);
  }
  if (isOver(await specStatus(connection, specId, request.signal))) {
    // What was committed between the end of the first look and the answer is still to come.
    for await (const item of eventFeed(connection, request, { after: cursor, follow: false })) {
      if (item.kind === "event") yield seen(item.event);
    }
    return;
  }
  const ends = { ...request, filter: withEnds(request.filter) };
  for await (const item of eventFeed(connection, ends, { after: cursor, follow: true })) {
    if (item.kind === "event" && isWanted(item.event, request.filter)) yield item.event;
    if (item.kind !== "event" || !overEvents.includes(item.event.type)) continue;
    // A spec that failed may have been taken up again since.
    if (isOver(await specStatus(connection, specId, request.signal))) return;
  }
}

/** The filter's types and the three that end a spec, so that a narrow filter still ends. */
function withEnds(filter: EventRequest["filter"]): EventRequest["filter"] {
  const { types } = filter;
  return typeof types === "string"
    ? { ...filter, types: `${types},${overEvents.join(",")}` }
    : filter;
}

function isWanted({ type }: StreamedEvent, { types }: EventRequest["filter"]): boolean {
  if (typeof types !== "string" || !overEvents.includes(type)) return true;
  return types.split(",").some((name) => name === type || name === `${type.split(".")[0]}.*`);
}

export async function specStatus(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return textAt(await call(connection, "specs.get", { id }, { signal }), "status");
}
