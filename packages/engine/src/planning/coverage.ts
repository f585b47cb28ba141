import type { RequirementsArtifact, SyncArtifact, TasksArtifact } from "@aomori/contract";
import type { PlanGraph } from "./plan-graph.ts";

export type Coverage = SyncArtifact["coverage_matrix"][number];

/**
 * Which tasks and tickets answer for each requirement: `fully` when a task addresses it,
 * `partially` when only a ticket names it, so that no task is bound to do it.
 */
export function coverageOf(
  requirements: RequirementsArtifact,
  plan: TasksArtifact,
  graph: PlanGraph,
): readonly Coverage[] {
  return requirements.requirements.map(({ id, priority }) => {
    const tasks = plan.tasks
      .filter((task) => task.requirements_addressed.includes(id))
      .map((task) => task.id);
    const naming = plan.tickets
      .filter((ticket) => ticket.requirements.includes(id))
      .map((ticket) => ticket.id);
    const holding = tasks
      .map((task) => graph.ticketOf.get(task))
      .filter((ticket) => ticket !== undefined);
    const tickets = [...new Set([...naming, ...holding])];
    return {
      requirement_id: id,
      priority,
      covered_by_tasks: [...new Set(tasks)],
      covered_by_tickets: tickets,
      status: tasks.length > 0 ? "fully" : tickets.length > 0 ? "partially" : "not_covered",
    };
  });
}
