import type { CommandHandler } from "@aomori/command";
import { call, connect } from "../connection/connect.ts";
import { readGraph } from "../dag/read-graph.ts";
import { formatOf } from "../output-format.ts";
import { taskText } from "../views/task-detail.ts";
import { textAt, textsAt } from "../wire/fields.ts";

const statuses = new Map<string, string>();

export const handler: CommandHandler = {
  run: async (request) => {
    const connection = await connect(request);
    const { signal } = request;
    const task = await call(connection, "tasks.get", request.input, { signal });
    const specId = textAt(task, "spec_id");
    const hasNeighbours = textsAt(task, "depends_on").length > 0;
    if (formatOf(request) === "table" && hasNeighbours && specId !== undefined) {
      const graph = readGraph(await call(connection, "dag.get", { id: specId }, { signal }));
      for (const { id, status } of graph.tasks) statuses.set(id, status);
    }
    return task;
  },
  view: {
    resource: (task, terminal) =>
      taskText({ task, statusOf: (id) => statuses.get(id), nowMs: Date.now() }, terminal),
  },
};
