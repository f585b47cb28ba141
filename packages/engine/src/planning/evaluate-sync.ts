import type { AcceptedArtifacts, SyncArtifact } from "@aomori/contract";
import { entriesIn, meanOf, shareOf, shareTrue, vetoCodes } from "./evaluation.ts";
import type { Finding, Findings, Veto } from "./evaluation.ts";
import { planGraph } from "./plan-graph.ts";
import { planProblems } from "./plan-problems.ts";

/** SYNC is judged by what it found; the plan it stands on is looked at again, so that no edit of SYNC can hide a fault. */
export function evaluateSync(sync: SyncArtifact, accepted: AcceptedArtifacts): Findings {
  return {
    criteria: [...resultCriteria(sync), ...readyCriteria(sync)],
    vetoes: syncVetoes(sync, accepted),
  };
}

function syncVetoes(
  sync: SyncArtifact,
  { TASKS, REQUIREMENTS }: AcceptedArtifacts,
): readonly Veto[] {
  const vetoes: Veto[] = sync.blockers.map(({ code, message }) => ({
    code: vetoCodes.find((known) => known === code) ?? "NOT_READY",
    message,
  }));
  if (TASKS !== undefined && vetoes.length === 0) {
    const problems = planProblems(TASKS, planGraph(TASKS), REQUIREMENTS);
    vetoes.push(...problems.map(({ code, message }) => ({ code, message })));
  }
  if (vetoes.length === 0 && !sync.ready_for_execution) {
    vetoes.push({ code: "NOT_READY", message: "SYNC says the plan is not ready for execution" });
  }
  return vetoes;
}

function resultCriteria(sync: SyncArtifact): readonly Finding[] {
  const { issues_found: issues, ...checks } = sync.validation_results;
  const { requirements, tickets, tasks } = sync.traceability_stats;
  const analysis = sync.dependency_analysis;
  const worth = { fully: 1, partially: 0.5, not_covered: 0 } as const;
  return [
    {
      name: "validation_results",
      weight: 0.2,
      score: shareTrue(...Object.values(checks)),
      detail: `${issues.length} issues found`,
      advice: "Fix what validation_results.issues_found lists",
    },
    {
      name: "coverage_matrix",
      weight: 0.15,
      score: meanOf(sync.coverage_matrix, ({ status }) => worth[status]),
      detail: `${sync.coverage_matrix.length} requirements`,
      advice: "Cover every requirement by a task",
    },
    {
      name: "traceability_stats",
      weight: 0.15,
      score: shareTrue(requirements > 0, tickets > 0, tasks > 0),
      detail: `${requirements} requirements, ${tickets} tickets, ${tasks} tasks`,
      advice: "Plan requirements, tickets and tasks",
    },
    {
      name: "dependency_analysis",
      weight: 0.1,
      score: shareTrue(
        entriesIn(analysis.task_dependency_graph) === tasks && tasks > 0,
        analysis.critical_path.length > 0,
      ),
      detail: `critical path of ${analysis.critical_path_hours} hours`,
      advice: "Order the tasks without a cycle",
    },
  ];
}

function readyCriteria(sync: SyncArtifact): readonly Finding[] {
  const { requirement_coverage_percent: percent, total_tasks: tasks } = sync.spec_summary;
  const { blockers, recommendations } = sync;
  return [
    {
      name: "spec_summary",
      weight: 0.15,
      score: tasks > 0 ? shareOf(percent, 100) : 0,
      detail: `${percent} % of the requirements covered`,
      advice: "Cover the requirements that no task addresses",
    },
    {
      name: "ready_for_execution",
      weight: 0.15,
      score: shareTrue(sync.ready_for_execution),
      detail: sync.ready_for_execution ? "ready" : "not ready",
      advice: "Remove the blockers",
    },
    {
      name: "blockers",
      weight: 0.05,
      score: shareTrue(blockers.length === 0),
      detail: `${blockers.length} blockers`,
      advice: "Remove the blockers",
    },
    {
      name: "recommendations",
      weight: 0.05,
      score: recommendations.length === 0 ? 1 : 0.5,
      detail: `${recommendations.length} open`,
      advice: "Look at the recommendations",
    },
  ];
}
