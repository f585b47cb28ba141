import * as z from "zod";
import { EventId } from "../ids.ts";
import { Timestamp } from "../values.ts";
import { eventData } from "./event-data.ts";
import type { EventType } from "./event-data.ts";

const written = <Type extends EventType>(type: Type) =>
  z.object({
    id: EventId,
    at: Timestamp,
    v: z.literal(1),
    summary: z.string(),
    type: z.literal(type),
    data: eventData[type],
  });

/**
 * One event of the journal, in wire names: what happens where no server need be is written down as a file, and taken
 * into a store by the next server.
 */
export const JournalEvent = z.discriminatedUnion("type", [
  written("plugin.installed"),
  written("plugin.upgraded"),
  written("plugin.rolled_back"),
  written("plugin.uninstalled"),
]);
export type JournalEvent = z.output<typeof JournalEvent>;
