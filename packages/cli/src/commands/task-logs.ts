import type { CommandHandler, StreamedEvent } from "@aomori/command";
import type { Connection } from "../connection/connect.ts";
import { call, connect } from "../connection/connect.ts";
import { eventFeed } from "../connection/event-stream.ts";
import { eventLine } from "../views/event-line.ts";
import { stepsText } from "../views/steps.ts";
import { numberAt, textAt } from "../wire/fields.ts";

const overStatuses = ["completed", "failed", "blocked", "cancelled"];
const overEvents = ["task.completed", "task.failed", "task.blocked", "task.cancelled"];

export const handler: CommandHandler = {
  run: async (request) => {
    const connection = await connect(request);
    const { follow, ...input } = request.input;
    const { signal } = request;
    if (follow !== true) return await call(connection, "tasks.logs", input, { signal });
    const id = String(input["id"]);
    await call(connection, "tasks.get", { id }, { signal });
    return followTask(connection, id, signal);
  },
  view: {
    page: stepsText,
    event: (event, terminal) => (isShown(event) ? eventLine(event, terminal) : undefined),
  },
};

function isShown({ type }: StreamedEvent): boolean {
  return type !== "agent.heartbeat";
}

/** Everything that has happened to the task, then what happens until it is over. */
async function* followTask(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void> {
  const request = { filter: { task_id: id }, signal };
  let cursor = 0;
  for await (const item of eventFeed(connection, request, { after: 0, follow: false })) {
    if (item.kind !== "event") continue;
    cursor = Math.max(cursor, numberAt(item.event, "seq") ?? 0);
    yield item.event;
  }
  const isOver = async (): Promise<boolean> => {
    const task = await call(connection, "tasks.get", { id }, { signal });
    return overStatuses.includes(textAt(task, "status") ?? "");
  };
  if (await isOver()) return;
  for await (const item of eventFeed(connection, request, { after: cursor, follow: true })) {
    if (item.kind === "event") yield item.event;
    if (item.kind === "event" && overEvents.includes(item.event.type) && (await isOver())) return;
  }
}
