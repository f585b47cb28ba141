import * as z from "zod";
import { pageFields } from "../page.ts";
import { Json, Timestamp } from "../values.ts";
import { AgentId, EventId, OrgId, ProjectId, SpecId, TaskId, TicketId } from "../ids.ts";
import type { Camel } from "../wire-types.ts";
import { eventData } from "./event-data.ts";
import type { EventType } from "./event-data.ts";

/** What every event carries besides its type and data. */
export const eventEnvelope = {
  id: EventId,
  /** Position in the organisation's stream, from 1 without gaps; the cursor of every stream. */
  seq: z.int().min(1),
  at: Timestamp,
  v: z.literal(1),
  org_id: OrgId,
  project_id: ProjectId.optional(),
  spec_id: SpecId.optional(),
  ticket_id: TicketId.optional(),
  task_id: TaskId.optional(),
  agent_id: AgentId.optional(),
  /** One line for people. */
  summary: z.string(),
};

const eventTypeNames = Object.keys(eventData);

export function isEventType(name: string): name is EventType {
  return eventTypeNames.includes(name);
}

/** Every event type, in the order of the catalogue. */
export const eventTypes: readonly EventType[] = eventTypeNames.filter(isEventType);

type EventOf<Type extends EventType> = {
  [Key in Type]: z.output<z.ZodObject<typeof eventEnvelope>> & {
    type: Key;
    data: z.output<(typeof eventData)[Key]>;
  };
}[Type];

/** One event as it stands on the wire. */
export type WireEvent<Type extends EventType = EventType> = EventOf<Type>;
/** One event as TypeScript code sees it. */
export type AomoriEvent<Type extends EventType = EventType> = Camel<EventOf<Type>>;

/** An envelope with its `data` unread, for what only passes events on. */
export const Event = z
  .object({
    ...eventEnvelope,
    type: z.string(),
    data: z.record(z.string(), Json),
  })
  .meta({ id: "Event" });

const eventTypesFilter = z
  .string()
  .max(1_000)
  .optional()
  .describe("event types, joined by commas; a trailing .* takes a noun");

/** Filters of a stream; several values of one filter are joined by commas. */
export const StreamEvents = z.object({
  spec_id: SpecId.optional(),
  task_id: TaskId.optional(),
  agent_id: AgentId.optional(),
  types: eventTypesFilter,
  after: z
    .int()
    .min(0)
    .optional()
    .describe(
      "seq to continue behind, 0 for the first event; Last-Event-ID wins over it; from now on when absent",
    ),
  follow: z
    .boolean()
    .optional()
    .describe("false ends the stream at the newest event, and starts it at the first unless told"),
});

export const ListEvents = z.object({
  spec_id: SpecId.optional(),
  task_id: TaskId.optional(),
  agent_id: AgentId.optional(),
  types: eventTypesFilter,
  ...pageFields,
});
