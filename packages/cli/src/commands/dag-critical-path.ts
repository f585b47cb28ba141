import type { CommandHandler } from "@aomori/command";
import { cellText } from "@aomori/command";
import { call, connect } from "../connection/connect.ts";
import { hoursText } from "../dag/graph-view.ts";
import { paintStatus, statusGlyph, statusWord } from "../views/statuses.ts";
import { fieldsOf, listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, signal } = request;
    const dag = await call(await connect(request), "dag.get", input, { signal });
    const nodes = new Map(listAt(dag, "nodes").map((node) => [textAt(node, "id"), node]));
    return {
      spec_id: fieldsOf(dag)["spec_id"],
      tasks: textsAt(dag, "critical_path").flatMap((id) => nodes.get(id) ?? []),
      hours: fieldsOf(dag)["critical_path_hours"],
    };
  },
  view: {
    resource: (value, { paint }) => {
      const tasks = listAt(value, "tasks");
      if (tasks.length === 0)
        return `${paint.dim("no tasks yet: they come with the phase TASKS")}\n`;
      const lines = tasks.map((task) => {
        const status = textAt(task, "status") ?? "unknown";
        const hours = hoursText(numberAt(task, "estimated_hours") ?? 0);
        const glyph = paintStatus(status, statusGlyph(status), paint);
        return `${glyph} ${paint.bold(cellText(textAt(task, "id")))}  ${hours.padStart(6)}  ${cellText(textAt(task, "title"))} ${paint.dim(`(${statusWord(status)})`)}`;
      });
      const total = hoursText(numberAt(value, "hours") ?? 0);
      return `${[...lines, `${tasks.length} tasks, ${total}`].join("\n")}\n`;
    },
  },
};
