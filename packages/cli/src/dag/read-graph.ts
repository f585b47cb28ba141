import { fieldsOf, listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";
import type { TaskGraph } from "./task-graph.ts";

/** The graph in an answer of `dag.get`. */
export function readGraph(value: unknown): TaskGraph {
  return {
    tasks: listAt(value, "nodes").map((node) => ({
      id: textAt(node, "id") ?? "?",
      title: textAt(node, "title") ?? "",
      status: textAt(node, "status") ?? "unknown",
      onCriticalPath: fieldsOf(node)["on_critical_path"] === true,
    })),
    edges: listAt(value, "edges").flatMap((edge) => {
      const from = textAt(edge, "from");
      const to = textAt(edge, "to");
      return from === undefined || to === undefined ? [] : [{ from, to }];
    }),
    criticalPath: textsAt(value, "critical_path"),
    criticalPathHours: numberAt(value, "critical_path_hours") ?? 0,
  };
}
