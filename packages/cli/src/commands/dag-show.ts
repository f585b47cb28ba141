import type { CommandHandler, StreamedEvent } from "@aomori/command";
import { fieldsOf } from "../wire/fields.ts";
import type { Connection } from "../connection/connect.ts";
import { call, connect } from "../connection/connect.ts";
import { eventFeed, isOver, specStatus } from "../connection/event-stream.ts";
import { graphText } from "../dag/graph-view.ts";
import { readGraph } from "../dag/read-graph.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const connection = await connect(request);
    const { watch, ...input } = request.input;
    const { signal } = request;
    if (watch !== true) return await call(connection, "dag.get", input, { signal });
    return watchGraph(connection, String(input["id"]), signal);
  },
  view: {
    resource: (value, terminal) => graphText(readGraph(value), terminal),
    frame: (event, terminal) => graphText(readGraph(event), terminal),
  },
};

/** The graph whenever it has changed, until the spec is over; its last state comes last. */
async function* watchGraph(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void> {
  const filter = { spec_id: id, types: "task.*,validation.*,spec.*" };
  const graph = async (): Promise<StreamedEvent> => ({
    ...fieldsOf(await call(connection, "dag.get", { id }, { signal })),
    type: "dag",
  });
  let shown = "";
  for await (const _ of eventFeed(connection, { filter, signal }, { follow: true })) {
    // The status is asked for first: what is drawn after it is at least as new.
    const status = await specStatus(connection, id, signal);
    const event = await graph();
    const text = JSON.stringify(event);
    if (text !== shown) yield event;
    shown = text;
    if (isOver(status)) return;
  }
}
