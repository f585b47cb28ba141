import type { AcceptedArtifacts, TasksArtifact } from "@aomori/contract";
import { criticalPath } from "../scheduling/critical-path.ts";
import { dependentsOf, findCycle } from "../scheduling/graph.ts";
import { meanOf, says, shareOf, shareTrue, unit } from "./evaluation.ts";
import type { Finding, Findings } from "./evaluation.ts";
import { ownedFiles, planGraph } from "./plan-graph.ts";
import type { PlanGraph } from "./plan-graph.ts";
import { planProblems } from "./plan-problems.ts";

const taskId = /^TSK-\d{3,}$/;
const ticketId = /^TKT-\d{3,}$/;
const maxHours = 4;
const costOfBadReference = 0.2;
/** A stated sum this near to the real one, as a share of it, counts as right. */
const sumTolerance = 0.1;

/** A task without a usable estimate weighs this much. */
const defaultHours = 1;

/** The hours a task is planned with. */
export function hoursOf({ estimated_hours: hours }: TasksArtifact["tasks"][number]): number {
  return hours !== undefined && hours > 0 && Number.isFinite(hours) ? hours : defaultHours;
}

/** TASKS is judged by whether agents could work it off in parallel without asking. */
export function evaluateTasks(plan: TasksArtifact, accepted: AcceptedArtifacts): Findings {
  const graph = planGraph(plan);
  return {
    criteria: [...planCriteria(plan), ...taskCriteria(plan, graph), ...graphCriteria(plan, graph)],
    vetoes: planProblems(plan, graph, accepted.REQUIREMENTS).map(({ code, message }) => ({
      code,
      message,
    })),
  };
}

function planCriteria(plan: TasksArtifact): readonly Finding[] {
  const { tickets, tasks } = plan;
  const wellNamed =
    tickets.filter(({ id }) => ticketId.test(id)).length +
    tasks.filter(({ id }) => taskId.test(id)).length;
  const sum = tasks.reduce((total, task) => total + (task.estimated_hours ?? 0), 0);
  const stated = plan.total_estimated_hours;
  const right = stated !== undefined && Math.abs(stated - sum) <= sum * sumTolerance;
  return [
    {
      name: "feature_name",
      weight: 0.03,
      score: shareTrue(says(plan.feature_name)),
      detail: plan.feature_name || "none",
      advice: "Set feature_name",
    },
    {
      name: "tickets",
      weight: 0.12,
      score: meanOf(tickets, (ticket) =>
        shareTrue(
          says(ticket.description),
          ticket.tasks.length > 0,
          ticket.requirements.length > 0,
        ),
      ),
      detail: `${tickets.length} tickets`,
      advice: "Give every ticket a description, its tasks and its requirements",
    },
    {
      name: "id_format",
      weight: 0.05,
      score: shareOf(wellNamed, tickets.length + tasks.length),
      detail: `${wellNamed} of ${tickets.length + tasks.length} well formed`,
      advice: "Number tickets TKT-001, … and tasks TSK-001, …",
    },
    {
      name: "total_hours",
      weight: 0.05,
      score: stated === undefined || sum === 0 ? 0 : right ? 1 : 0.5,
      detail: `${stated ?? "none"} stated, ${sum} in the tasks`,
      advice: "Set total_estimated_hours to the sum of the tasks' estimated_hours",
    },
  ];
}

function taskCriteria({ tickets, tasks }: TasksArtifact, graph: PlanGraph): readonly Finding[] {
  const atomic = tasks.filter(({ estimated_hours: hours = 0 }) => hours > 0 && hours <= maxHours);
  const withFiles = tasks.filter((task) => ownedFiles(task).length > 0).length;
  const listedBy = new Map(tickets.map((ticket) => [ticket.id, new Set(ticket.tasks)]));
  const elsewhere = (id: string, parent: string): boolean =>
    tickets.some((ticket) => ticket.id !== parent && listedBy.get(ticket.id)?.has(id) === true);
  const parented = tasks.filter(
    ({ id, parent_ticket: parent }) =>
      parent !== undefined && graph.ticketIds.has(parent) && !elsewhere(id, parent),
  ).length;
  return [
    {
      name: "structure",
      weight: 0.15,
      score: meanOf(tasks, (task) =>
        shareTrue(says(task.description), task.acceptance_criteria.some(says)),
      ),
      detail: `${tasks.length} tasks`,
      advice: "Give every task a description and acceptance_criteria",
    },
    {
      name: "atomicity",
      weight: 0.12,
      score: shareOf(atomic.length, tasks.length),
      detail: `${atomic.length} of ${tasks.length} of at most ${maxHours} hours`,
      advice: "Give every task estimated_hours above 0 and at most 4; split the larger ones",
    },
    {
      name: "files_specified",
      weight: 0.08,
      score: shareOf(withFiles, tasks.length),
      detail: `${withFiles} of ${tasks.length} own files`,
      advice: "List in every task the files it creates or modifies",
    },
    {
      name: "parent_tickets",
      weight: 0.12,
      score: shareOf(parented, tasks.length),
      detail: `${parented} of ${tasks.length} in exactly one ticket`,
      advice: "Set every task's parent_ticket to an existing ticket, and list it in no other",
    },
  ];
}

function graphCriteria(plan: TasksArtifact, graph: PlanGraph): readonly Finding[] {
  const cyclic = findCycle(graph.edges) ?? findCycle(graph.ticketEdges);
  const bad = graph.dangling.length;
  const path = cyclic === undefined ? criticalPathScore(plan, graph) : 0;
  const some = plan.tasks.length > 0;
  return [
    {
      name: "circular_dependencies",
      weight: 0.15,
      score: shareTrue(some && cyclic === undefined),
      detail: cyclic === undefined ? "none" : "there is a cycle",
      advice: "Break the cycle of dependencies",
    },
    {
      name: "dependencies",
      weight: 0.08,
      score: some ? unit(1 - costOfBadReference * bad) : 0,
      detail: `${bad} references lead nowhere`,
      advice: "Refer only to ids of this plan",
    },
    {
      name: "critical_path",
      weight: 0.05,
      score: path,
      detail: plan.critical_path.length === 0 ? "none" : plan.critical_path.join(" → "),
      advice: "Set critical_path to the chain of dependent tasks with the most hours",
    },
  ];
}

/** 1 for the heaviest chain, half for any other list of existing tasks. */
function criticalPathScore(
  { tasks, critical_path: stated }: TasksArtifact,
  graph: PlanGraph,
): number {
  if (stated.length === 0 || stated.some((id) => !graph.taskIds.has(id))) return 0;
  const nodes = tasks.map((task) => ({ id: task.id, weight: hoursOf(task) }));
  const hours = new Map(nodes.map(({ id, weight }) => [id, weight]));
  const dependents = dependentsOf(graph.edges);
  const isChain = stated
    .slice(1)
    .every((to, index) => dependents.get(stated[index] ?? "")?.includes(to) === true);
  const weight = stated.reduce((sum, id) => sum + (hours.get(id) ?? 0), 0);
  return isChain && weight >= criticalPath(nodes, graph.edges).length - 1e-9 ? 1 : 0.5;
}
