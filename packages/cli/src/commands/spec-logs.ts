import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { connect, call } from "../connection/connect.ts";
import { eventFeed, followSpec } from "../connection/event-stream.ts";
import { eventLine, stepEventTypes } from "../views/event-line.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const connection = await connect(request);
    const { input, signal } = request;
    const id = String(input["id"]);
    // An unknown spec has no events: without this it would look like a silent one.
    await call(connection, "specs.get", { id }, { signal });
    return logsOf(request, connection, id);
  },
  view: { event: eventLine },
};

async function* logsOf(
  { input, signal }: CommandRequest,
  connection: Awaited<ReturnType<typeof connect>>,
  id: string,
): AsyncGenerator<StreamedEvent, void> {
  const { types, follow, steps } = input;
  const filter = { spec_id: id, ...(typeof types === "string" ? { types } : {}) };
  const showsSteps = steps === true || typeof types === "string";
  const isShown = ({ type }: StreamedEvent): boolean =>
    showsSteps || !stepEventTypes.includes(type);
  if (follow === true) {
    for await (const event of followSpec(connection, id, { filter, signal })) {
      if (isShown(event)) yield event;
    }
    return;
  }
  for await (const item of eventFeed(connection, { filter, signal }, { after: 0, follow: false })) {
    if (item.kind === "event" && isShown(item.event)) yield item.event;
  }
}
