import { fromWire } from "../wire.ts";
import { eventData } from "./event-data.ts";
import type { EventType } from "./event-data.ts";
import { Event, isEventType } from "./event.ts";
import type { AomoriEvent } from "./event.ts";

/**
 * Reads one event as it stands on the wire. `undefined` for a type this version does not know: events are
 * only ever added, and a reader passes over what is newer than itself. Throws a `ZodError` for anything else amiss.
 */
export function readEvent(value: unknown): AomoriEvent | undefined {
  const event = Event.parse(value);
  return isEventType(event.type) ? typedEvent(event.type, event) : undefined;
}

function typedEvent<Type extends EventType>(
  type: Type,
  event: ReturnType<typeof Event.parse>,
): AomoriEvent<Type> {
  const schema = eventData[type];
  const data = fromWire(schema, schema.parse(event.data));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- envelope and data were each parsed by the schema that names this type
  return { ...fromWire(Event, event), type, data } as unknown as AomoriEvent<Type>;
}
