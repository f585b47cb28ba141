import * as z from "zod";
import { obligations } from "./priority.ts";

const ids = z.array(z.string());

/** Something that keeps a plan from being executed. */
const blocker = z.object({ code: z.string(), message: z.string(), ids });

const coverage = z.object({
  requirement_id: z.string(),
  priority: z.enum(obligations),
  covered_by_tasks: ids,
  covered_by_tickets: ids,
  status: z.enum(["fully", "partially", "not_covered"]),
});

const overlap = z.object({
  task_a: z.string(),
  task_b: z.string(),
  paths: z.array(z.object({ a: z.string(), b: z.string() })),
});

/**
 * What SYNC computes from REQUIREMENTS, DESIGN and TASKS. Task and ticket ids are real ones;
 * only blockers and issues speak of the plan's own, since it is the plan that must change.
 */
export const syncSchema = z.object({
  validation_results: z.object({
    all_requirements_covered: z.boolean(),
    all_design_components_have_tasks: z.boolean(),
    dependency_order_valid: z.boolean(),
    no_circular_dependencies: z.boolean(),
    all_ids_valid: z.boolean(),
    issues_found: z.array(z.string()),
  }),
  /** Plan-local id → real id. */
  resolved_ids: z.object({
    tasks: z.record(z.string(), z.string()),
    tickets: z.record(z.string(), z.string()),
  }),
  coverage_matrix: z.array(coverage),
  orphans: z.object({
    tasks_without_requirement: ids,
    requirements_without_task: ids,
    tickets_without_task: ids,
    tasks_without_ticket: ids,
    components_without_task: z.array(z.string()),
  }),
  traceability_stats: z.object({
    requirements: z.number(),
    tickets: z.number(),
    tasks: z.number(),
    dependencies: z.number(),
  }),
  dependency_analysis: z.object({
    /** Task → the tasks it waits for. */
    task_dependency_graph: z.record(z.string(), ids),
    /** Waves: the tasks of one wave wait for nothing but earlier waves. */
    parallel_opportunities: z.array(ids),
    critical_path: ids,
    critical_path_hours: z.number(),
    ownership_overlaps: z.array(overlap),
  }),
  spec_summary: z.object({
    total_tasks: z.number(),
    total_requirements: z.number(),
    total_estimated_hours: z.number(),
    requirement_coverage_percent: z.number(),
  }),
  ready_for_execution: z.boolean(),
  blockers: z.array(blocker),
  recommendations: z.array(z.string()),
});

export type SyncArtifact = z.infer<typeof syncSchema>;
export type SyncBlocker = z.infer<typeof blocker>;
