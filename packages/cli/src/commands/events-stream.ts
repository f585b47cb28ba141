import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { connect } from "../connection/connect.ts";
import { eventFeed } from "../connection/event-stream.ts";
import { eventLine } from "../views/event-line.ts";

export const handler: CommandHandler = { run: streamOf, view: { event: eventLine } };

async function* streamOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const { after, follow, ...filter } = request.input;
  const connection = await connect(request);
  const range = {
    follow: follow !== false,
    ...(typeof after === "number" ? { after } : {}),
  };
  for await (const item of eventFeed(connection, { filter, signal: request.signal }, range)) {
    if (item.kind === "event") yield item.event;
  }
}
