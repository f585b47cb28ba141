import type { RequirementsArtifact, TasksArtifact } from "@aomori/contract";
import { cycleText, findCycle } from "../scheduling/graph.ts";
import { coverageOf } from "./coverage.ts";
import { duplicateVetoes, duplicatesIn } from "./evaluation.ts";
import type { Veto } from "./evaluation.ts";
import { cleanPath } from "./path-overlap.ts";
import { ownedFiles } from "./plan-graph.ts";
import type { PlanGraph } from "./plan-graph.ts";

/** What makes a plan unfit to run, whatever its score, with the plan's own ids. */
export interface PlanProblem extends Veto {
  readonly ids: readonly string[];
}

/** Every hard fault of a plan; coverage can only be judged with the requirements, so their absence is a fault too. */
export function planProblems(
  plan: TasksArtifact,
  graph: PlanGraph,
  requirements: RequirementsArtifact | undefined,
): readonly PlanProblem[] {
  const problems: PlanProblem[] = [];
  if (plan.tasks.length === 0) {
    const message = "the plan has no task; plan at least one";
    problems.push({ code: "EMPTY_ARTIFACT", message, ids: [] });
  }
  const taskIds = plan.tasks.map(({ id }) => id);
  const ticketIds = plan.tickets.map(({ id }) => id);
  problems.push(...repeated("task ids", taskIds), ...repeated("ticket ids", ticketIds));
  for (const { owner, field, missing } of graph.dangling) {
    problems.push({
      code: "DANGLING_REFERENCE",
      message: `${field} of ${owner} names ${missing}, which the plan does not have; name an existing id or drop it`,
      ids: [owner, missing],
    });
  }
  problems.push(...cycleProblems(graph), ...plan.tasks.flatMap(fileProblems));
  if (requirements === undefined) {
    const message = "there is no REQUIREMENTS artefact to check coverage against; make that first";
    return [...problems, { code: "REQUIREMENTS_MISSING", message, ids: [] }];
  }
  return [...problems, ...requirementProblems(plan, graph, requirements)];
}

function repeated(what: string, ids: readonly string[]): readonly PlanProblem[] {
  return duplicateVetoes(what, ids).map((veto) => ({ ...veto, ids: duplicatesIn(ids) }));
}

function cycleProblems(graph: PlanGraph): readonly PlanProblem[] {
  const problems: PlanProblem[] = [];
  const tickets = findCycle(graph.ticketEdges);
  if (tickets !== undefined) {
    problems.push({
      code: "DEPENDENCY_CYCLE",
      message: `tickets wait for each other: ${cycleText(tickets)}; remove one of these dependencies`,
      ids: tickets.slice(1),
    });
  }
  const tasks = findCycle(graph.edges);
  if (tasks !== undefined) {
    const reasons = tasks.slice(1).flatMap((to, index) => {
      const edge = graph.edges.find((one) => one.from === tasks[index] && one.to === to);
      return edge?.because === undefined ? [] : [`${to} after ${edge.from}: ${edge.because}`];
    });
    const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
    problems.push({
      code: "DEPENDENCY_CYCLE",
      message: `tasks wait for each other: ${cycleText(tasks)}${why}; remove one of these dependencies`,
      ids: tasks.slice(1),
    });
  }
  return problems;
}

function fileProblems(task: TasksArtifact["tasks"][number]): readonly PlanProblem[] {
  const outside = [...task.files_to_create, ...task.files_to_modify].filter(
    (path) => cleanPath(path) === undefined,
  );
  const problems: PlanProblem[] = outside.map((path) => ({
    code: "PATH_OUTSIDE_REPOSITORY",
    message: `${task.id} names "${path}", which is no path inside the repository; write it from the repository's root`,
    ids: [task.id],
  }));
  if (ownedFiles(task).length === 0) {
    problems.push({
      code: "TASK_WITHOUT_FILES",
      message: `${task.id} owns no file; list what it writes in files_to_create and files_to_modify, or merge it into another task`,
      ids: [task.id],
    });
  }
  return problems;
}

function requirementProblems(
  plan: TasksArtifact,
  graph: PlanGraph,
  requirements: RequirementsArtifact,
): readonly PlanProblem[] {
  const known = new Set(requirements.requirements.map(({ id }) => id));
  const problems: PlanProblem[] = [];
  const look = (owner: string, field: string, ids: readonly string[]): void => {
    for (const missing of ids.filter((id) => !known.has(id))) {
      problems.push({
        code: "DANGLING_REFERENCE",
        message: `${field} of ${owner} names ${missing}, which REQUIREMENTS does not have; name an existing requirement or drop it`,
        ids: [owner, missing],
      });
    }
  };
  for (const ticket of plan.tickets) look(ticket.id, "requirements", ticket.requirements);
  for (const task of plan.tasks)
    look(task.id, "requirements_addressed", task.requirements_addressed);
  for (const coverage of coverageOf(requirements, plan, graph)) {
    if (coverage.priority !== "MUST" || coverage.status === "fully") continue;
    const id = coverage.requirement_id;
    const only =
      coverage.status === "partially"
        ? ` (only ${coverage.covered_by_tickets.join(", ")} names it)`
        : "";
    problems.push({
      code: "UNCOVERED_REQUIREMENT",
      message: `no task addresses ${id}, which is a MUST${only}; put it into requirements_addressed of the task that does it`,
      ids: [id],
    });
  }
  return problems;
}
