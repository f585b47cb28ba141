import type {
  DesignArtifact,
  RequirementsArtifact,
  SyncArtifact,
  SyncBlocker,
  TasksArtifact,
} from "@aomori/contract";
import { criticalPath } from "../scheduling/critical-path.ts";
import { findCycle, waves } from "../scheduling/graph.ts";
import type { Edge } from "../scheduling/graph.ts";
import { reachability } from "../scheduling/reachability.ts";
import { coverageOf } from "./coverage.ts";
import type { Coverage } from "./coverage.ts";
import { hoursOf } from "./evaluate-tasks.ts";
import { ownershipOverlaps } from "./ownership.ts";
import { ownedFiles, planGraph } from "./plan-graph.ts";
import type { PlanGraph } from "./plan-graph.ts";
import { planProblems } from "./plan-problems.ts";

export interface SyncInput {
  readonly requirements: RequirementsArtifact;
  readonly design: DesignArtifact;
  readonly tasks: TasksArtifact;
  /** Plan-local task id → the id it has in the organisation. */
  readonly taskIds: ReadonlyMap<string, string>;
  readonly ticketIds: ReadonlyMap<string, string>;
}

/** Computes SYNC; nothing in it is anybody's opinion. Ids come out as real ones wherever the map has them. */
export function computeSync(input: SyncInput): SyncArtifact {
  const { requirements, tasks: plan } = input;
  const graph = planGraph(plan);
  const task = (id: string): string => input.taskIds.get(id) ?? id;
  const ticket = (id: string): string => input.ticketIds.get(id) ?? id;
  const coverage = coverageOf(requirements, plan, graph).map((row) => ({
    ...row,
    covered_by_tasks: row.covered_by_tasks.map(task),
    covered_by_tickets: row.covered_by_tickets.map(ticket),
  }));
  const edges = graph.edges.map(({ from, to }) => ({ from: task(from), to: task(to) }));
  const blockers = blockersOf(input, graph);
  const orphans = orphansOf(input, graph, coverage);
  const analysis = analyse(plan, edges, task);
  const hours = plan.tasks.reduce((sum, one) => sum + hoursOf(one), 0);
  return {
    validation_results: validate(blockers, coverage, orphans),
    resolved_ids: {
      tasks: Object.fromEntries(plan.tasks.map(({ id }) => [id, task(id)])),
      tickets: Object.fromEntries(plan.tickets.map(({ id }) => [id, ticket(id)])),
    },
    coverage_matrix: coverage,
    orphans,
    traceability_stats: {
      requirements: requirements.requirements.length,
      tickets: plan.tickets.length,
      tasks: plan.tasks.length,
      dependencies: edges.length,
    },
    dependency_analysis: analysis,
    spec_summary: {
      total_tasks: plan.tasks.length,
      total_requirements: requirements.requirements.length,
      total_estimated_hours: hours,
      requirement_coverage_percent: percentCovered(coverage),
    },
    ready_for_execution: blockers.length === 0,
    blockers,
    recommendations: recommend(orphans, analysis.ownership_overlaps),
  };
}

function blockersOf(input: SyncInput, graph: PlanGraph): SyncBlocker[] {
  const { requirements, tasks, taskIds, ticketIds } = input;
  const blockers: SyncBlocker[] = planProblems(tasks, graph, requirements).map((problem) => ({
    ...problem,
    ids: [...problem.ids],
  }));
  const unresolved = [
    ...[...graph.taskIds].filter((id) => !taskIds.has(id)),
    ...[...graph.ticketIds].filter((id) => !ticketIds.has(id)),
  ];
  if (unresolved.length > 0) {
    const message = `${unresolved.join(", ")} got no real id; run the phase again`;
    blockers.push({ code: "UNRESOLVED_ID", message, ids: unresolved });
  }
  return blockers;
}

function orphansOf(
  { design, tasks: plan, taskIds, ticketIds }: SyncInput,
  graph: PlanGraph,
  coverage: readonly Coverage[],
): SyncArtifact["orphans"] {
  const real = (id: string): string => taskIds.get(id) ?? id;
  const named = plan.tasks
    .map((task) => comparable([task.title, task.description, ...ownedFiles(task)].join(" ")))
    .join("\n");
  return {
    tasks_without_requirement: plan.tasks
      .filter((task) => task.requirements_addressed.length === 0)
      .map(({ id }) => real(id)),
    requirements_without_task: coverage
      .filter((row) => row.covered_by_tasks.length === 0)
      .map((row) => row.requirement_id),
    tickets_without_task: plan.tickets
      .filter(({ id }) => (graph.tasksOf.get(id) ?? []).length === 0)
      .map(({ id }) => ticketIds.get(id) ?? id),
    tasks_without_ticket: plan.tasks
      .filter(({ id }) => !graph.ticketOf.has(id))
      .map(({ id }) => real(id)),
    components_without_task: design.components
      .map(({ name }) => name)
      .filter((name) => !named.includes(comparable(name))),
  };
}

/** Letters and digits only: a component counts as planned when a task's text or files name it in whatever spelling. */
function comparable(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

function analyse(
  plan: TasksArtifact,
  edges: readonly Edge[],
  task: (id: string) => string,
): SyncArtifact["dependency_analysis"] {
  const ids = plan.tasks.map(({ id }) => task(id));
  const waitsFor: Record<string, string[]> = Object.fromEntries(ids.map((id) => [id, []]));
  for (const { from, to } of edges) waitsFor[to]?.push(from);
  const parallel = waves(ids, edges).map((wave) => [...wave]);
  if (findCycle(edges) !== undefined) {
    return {
      task_dependency_graph: waitsFor,
      parallel_opportunities: parallel,
      critical_path: [],
      critical_path_hours: 0,
      ownership_overlaps: [],
    };
  }
  const nodes = plan.tasks.map((one) => ({ id: task(one.id), weight: hoursOf(one) }));
  const critical = criticalPath(nodes, edges);
  const owners = plan.tasks.map((one) => ({ id: task(one.id), files: ownedFiles(one) }));
  return {
    task_dependency_graph: waitsFor,
    parallel_opportunities: parallel,
    critical_path: [...critical.path],
    critical_path_hours: critical.length,
    ownership_overlaps: [...ownershipOverlaps(owners, reachability(ids, edges))],
  };
}

function validate(
  blockers: readonly SyncBlocker[],
  coverage: readonly Coverage[],
  orphans: SyncArtifact["orphans"],
): SyncArtifact["validation_results"] {
  const codes = new Set(blockers.map(({ code }) => code));
  const acyclic = !codes.has("DEPENDENCY_CYCLE");
  const idFaults = ["DUPLICATE_ID", "DANGLING_REFERENCE", "UNRESOLVED_ID"];
  return {
    all_requirements_covered: coverage.every(({ status }) => status === "fully"),
    all_design_components_have_tasks: orphans.components_without_task.length === 0,
    dependency_order_valid: acyclic && !codes.has("DANGLING_REFERENCE"),
    no_circular_dependencies: acyclic,
    all_ids_valid: idFaults.every((code) => !codes.has(code)),
    issues_found: blockers.map(({ message }) => message),
  };
}

function percentCovered(coverage: readonly Coverage[]): number {
  if (coverage.length === 0) return 0;
  const covered = coverage.filter(({ status }) => status === "fully").length;
  return Math.round((covered / coverage.length) * 1_000) / 10;
}

function recommend(
  orphans: SyncArtifact["orphans"],
  overlaps: SyncArtifact["dependency_analysis"]["ownership_overlaps"],
): string[] {
  const list = (ids: readonly string[], advice: string): string[] =>
    ids.length === 0 ? [] : [`${ids.join(", ")}: ${advice}`];
  return [
    ...overlaps.map(
      ({ task_a: a, task_b: b, paths }) =>
        `${a} and ${b} may run at once and both own ${paths.map((path) => path.a).join(", ")}: let one wait for the other, or expect a conflict`,
    ),
    ...list(orphans.requirements_without_task, "no task addresses it"),
    ...list(orphans.tasks_without_requirement, "addresses no requirement"),
    ...list(orphans.tickets_without_task, "has no task"),
    ...list(orphans.tasks_without_ticket, "is in no ticket"),
    ...list(orphans.components_without_task, "no task names this component"),
  ];
}
