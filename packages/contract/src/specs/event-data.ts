import * as z from "zod";
import { AttemptId, SteeringId, TaskId } from "../ids.ts";
import { PlanningPhase, Phase } from "../planning/phase.ts";
import { SteeringAction, SteeringDelivery, StepType } from "./agent.ts";
import { ConflictLevel } from "./dag.ts";
import { ExecutionMode, TaskKind, TestSummary } from "./task.ts";

const nothing = z.object({});
const reason = z.object({ code: z.string(), message: z.string() });
const phase = z.object({ phase: PlanningPhase });
const byPerson = phase.extend({ by: z.string(), comment: z.string().nullable() });
const attempt = phase.extend({ attempt_id: AttemptId, attempt: z.int() });
const step = z.object({
  index: z.int(),
  step_type: StepType,
  tool: z.string().nullable(),
  duration_ms: z.int().nullable(),
});
const steering = z.object({
  steering_id: SteeringId,
  action: SteeringAction,
  deliver: SteeringDelivery,
});
const branch = z.object({ branch: z.string(), commit: z.string() });
const plugin = z.object({
  name: z.string(),
  version: z.string(),
  /** `owner/repository`, or the directory of a linked plugin. */
  source: z.string(),
  commit: z.string().nullable(),
});

/** The `data` of each event type. Fields are only ever added; a reader ignores types it does not know. */
export const eventData = {
  "project.created": z.object({ name: z.string(), repository: z.string() }),

  "spec.created": z.object({ title: z.string(), by: z.string() }),
  "spec.started": z.object({ base_branch: z.string(), base_commit: z.string() }),
  "spec.running": z.object({ tasks: z.int() }),
  "spec.merging": nothing,
  "spec.completed": z.object({ commit: z.string(), branch: z.string() }),
  "spec.failed": reason,
  "spec.cancelled": z.object({ by: z.string() }),

  "phase.started": attempt,
  "phase.evaluated": attempt.extend({
    score: z.number(),
    passed: z.boolean(),
    vetoes: z.array(z.string()),
    artifact_version: z.int(),
  }),
  "phase.advanced": z.object({
    from: Phase,
    to: Phase,
    score: z.number().nullable(),
    by: z.string(),
  }),
  "phase.retrying": attempt.extend({ after_ms: z.int(), feedback: z.array(z.string()) }),
  "phase.failed": attempt.extend({ message: z.string() }),
  "phase.awaiting_approval": phase.extend({ artifact_version: z.int() }),
  "phase.approved": byPerson,
  "phase.rejected": byPerson,
  "phase.edited": byPerson.extend({ artifact_version: z.int() }),
  "phase.stale": phase.extend({ because: PlanningPhase }),

  "ticket.created": z.object({ title: z.string() }),
  "ticket.updated": z.object({ status: z.string() }),

  "task.created": z.object({ title: z.string(), kind: TaskKind, depends_on: z.array(TaskId) }),
  /** It waits (again): for a task it was made to depend on, or for branches that collide to be merged. */
  "task.pending": z.object({ message: z.string() }),
  "task.ready": nothing,
  "task.assigned": z.object({
    driver: z.string(),
    execution_mode: ExecutionMode,
    attempt: z.int(),
  }),
  "task.started": z.object({ branch: z.string(), attempt: z.int() }),
  "task.completed": z.object({
    commit: z.string().nullable(),
    files_changed: z.int(),
    duration_ms: z.int(),
    tests_passed: z.int().nullable(),
  }),
  "task.failed": reason.extend({ attempt: z.int() }),
  "task.retrying": reason.extend({ attempt: z.int(), after_ms: z.int() }),
  "task.cancelled": z.object({ by: z.string() }),
  "task.blocked": reason.extend({ blocked_by: TaskId.nullable() }),

  "agent.started": z.object({
    driver: z.string(),
    execution_mode: ExecutionMode,
    worktree: z.string(),
  }),
  "agent.heartbeat": z.object({ health: z.string(), steps: z.int() }),
  "agent.output": step,
  "agent.tool_call": step,
  "agent.tool_result": step,
  "agent.file_changed": step,
  "agent.message_delivered": z.object({ steering_id: SteeringId }),
  "agent.completed": z.object({ steps: z.int(), duration_ms: z.int() }),
  "agent.failed": reason,
  "agent.stopped": z.object({ by: z.string() }),
  "agent.stuck": z.object({ idle_ms: z.int() }),

  "validation.started": z.object({ round: z.int() }),
  "validation.passed": z.object({ round: z.int(), reasons: z.array(z.string()) }),
  "validation.failed": z.object({ round: z.int(), reasons: z.array(z.string()) }),

  "discovery.created": z.object({
    discovery_id: z.string(),
    title: z.string(),
    description: z.string(),
  }),

  "steering.intervention": steering.extend({ instruction: z.string(), by: z.string() }),
  "steering.delivered": steering,
  "steering.acknowledged": steering,

  /** `run` counts the queue's runs of one spec, from 1. */
  "merge.started": z.object({ branches: z.int(), run: z.int() }),
  "merge.scored": branch.extend({ score: z.number(), level: ConflictLevel }),
  "merge.merged": branch.extend({ merge_commit: z.string() }),
  "merge.conflict": branch.extend({
    files: z.array(z.string()),
    resolution_task: TaskId.nullable(),
  }),
  "merge.resolved": branch.extend({ resolution_task: TaskId }),
  "merge.gate": z.object({ commit: z.string(), passed: z.boolean(), test_summary: TestSummary }),
  "merge.reverted": branch.extend({ repair_task: TaskId.nullable() }),
  "merge.completed": z.object({ commit: z.string(), branch: z.string() }),
  "merge.failed": reason,
  "merge.exported": z.object({
    branch: z.string(),
    previous_commit: z.string().nullable(),
    commit: z.string(),
    by: z.string(),
  }),

  "plugin.installed": plugin.extend({ trust: z.string(), untrusted: z.boolean() }),
  "plugin.upgraded": plugin.extend({ from: z.string(), trust: z.string(), untrusted: z.boolean() }),
  "plugin.rolled_back": plugin.extend({ from: z.string() }),
  "plugin.uninstalled": plugin.extend({ purged: z.boolean() }),
} as const;

export type EventType = keyof typeof eventData;
