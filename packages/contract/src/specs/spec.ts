import * as z from "zod";
import { pageFields } from "../page.ts";
import { Failure, Timestamp, Usage } from "../values.ts";
import { ProjectId, SpecId } from "../ids.ts";
import { Phase, PlanningPhase } from "../planning/phase.ts";

export const specStatuses = [
  "planning",
  "awaiting_approval",
  "running",
  "merging",
  "completed",
  "failed",
  "cancelled",
] as const;
export const SpecStatus = z.enum(specStatuses).meta({ id: "SpecStatus" });

export const driverNames = ["builtin", "claude", "pi"] as const;
export const DriverName = z.enum(driverNames).meta({ id: "DriverName" });

export const providerNames = ["anthropic", "openai", "openrouter", "openai-compatible"] as const;
export const ProviderName = z.enum(providerNames);

/** Which model plans and, for the builtin driver, codes. `base_url` points at any server that speaks the provider's protocol. */
export const ModelChoice = z
  .object({
    provider: ProviderName,
    model: z.string().min(1).max(200),
    base_url: z.url().optional(),
  })
  .meta({ id: "ModelChoice" });

/** Keys by provider that travel with a request; kept in memory, never stored. */
export const ProviderKeys = z.partialRecord(ProviderName, z.string().min(1).max(1000));

const settingsFields = {
  /** Least evaluator score, 0 to 1, that an artefact passes with. */
  threshold: z.number().min(0).max(1),
  /** Attempts per phase before a person is asked. */
  max_attempts: z.int().min(1).max(10),
  /** Wait before a phase's next attempt; doubles each time. */
  attempt_backoff_ms: z.int().min(0).max(600_000),
  /** Tasks of this spec that may run at once. */
  max_parallel_tasks: z.int().min(1).max(100),
  /** Attempts per task before it fails. */
  max_task_attempts: z.int().min(1).max(10),
  task_deadline_ms: z.int().min(1_000).max(86_400_000),
  /** An agent without new work for this long is stopped and its task retried. */
  stuck_after_ms: z.int().min(1_000).max(86_400_000),
  /** Whether another agent run judges each implementation. */
  validate: z.boolean(),
  max_validation_rounds: z.int().min(1).max(10),
  /** Run once in each new worktree; argv, never a shell line. */
  setup_command: z.array(z.string()).optional(),
  /** The test gate; argv. Detected from the repository when absent. */
  test_command: z.array(z.string()).optional(),
};

/** How a project's specs are run; every field has a default or is detected from the repository. */
export const SpecSettings = z
  .object({
    ...settingsFields,
    threshold: settingsFields.threshold.default(0.7),
    max_attempts: settingsFields.max_attempts.default(3),
    attempt_backoff_ms: settingsFields.attempt_backoff_ms.default(2_000),
    max_parallel_tasks: settingsFields.max_parallel_tasks.default(5),
    max_task_attempts: settingsFields.max_task_attempts.default(3),
    task_deadline_ms: settingsFields.task_deadline_ms.default(3_600_000),
    stuck_after_ms: settingsFields.stuck_after_ms.default(600_000),
    validate: settingsFields.validate.default(true),
    max_validation_rounds: settingsFields.max_validation_rounds.default(3),
  })
  .meta({ id: "SpecSettings" });

/** The settings a request names; the rest stay as the project has them, so nothing here has a default. */
export const SpecSettingsChanges = z
  .strictObject(settingsFields)
  .partial()
  .meta({ id: "SpecSettingsChanges" });

export const SpecCounts = z
  .object({
    tickets: z.int(),
    tasks: z.int(),
    tasks_by_status: z.record(z.string(), z.int()),
    agents_active: z.int(),
  })
  .meta({ id: "SpecCounts" });

export const Spec = z
  .object({
    id: SpecId,
    project_id: ProjectId,
    title: z.string(),
    description: z.string(),
    status: SpecStatus,
    phase: Phase,
    /** Score of the newest evaluation, 0 to 1; `null` before the first. */
    evaluator_score: z.number().nullable(),
    /** The phase whose artefact that evaluation judged. */
    evaluated_phase: PlanningPhase.nullable(),
    /** Codes of its vetoes; while there is one the artefact has not passed, whatever the score. */
    evaluator_vetoes: z.array(z.string()),
    /** Phases that wait for a person once their artefact has passed. */
    gates: z.array(PlanningPhase),
    repository: z.string(),
    base_branch: z.string(),
    base_commit: z.string(),
    integration_branch: z.string(),
    agent: DriverName,
    model: ModelChoice.nullable(),
    settings: SpecSettings,
    counts: SpecCounts,
    usage: Usage,
    failure: Failure.nullable(),
    created_by: z.string(),
    created_at: Timestamp,
    updated_at: Timestamp,
    completed_at: Timestamp.nullable(),
  })
  .meta({ id: "Spec" });

export const CreateSpec = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().min(1).max(20_000),
  repo: z.string().min(1).max(4_096).describe("path or URL of the git repository"),
  base: z.string().min(1).max(200).optional().describe("branch or commit to start from"),
  agent: DriverName.optional().describe("driver that runs the tasks"),
  model: z.string().min(1).max(200).optional().describe("model name, or provider/model"),
  base_url: z.url().optional().describe("model server to use instead of the provider's own"),
  gates: z
    .array(PlanningPhase)
    .optional()
    .describe("phases that wait for approval; the project's setting when absent"),
  settings: SpecSettingsChanges.optional(),
  provider_keys: ProviderKeys.optional(),
});

export const ListSpecs = z.object({
  phase: Phase.optional(),
  status: SpecStatus.optional(),
  project_id: ProjectId.optional(),
  ...pageFields,
});

export const GetSpec = z.object({ id: SpecId });

/** An action on a spec's current phase, with who did it recorded from the key. */
export const SpecAction = z.object({
  id: SpecId,
  comment: z.string().max(20_000).optional(),
  provider_keys: ProviderKeys.optional(),
});

export const RejectPhase = z.object({
  id: SpecId,
  comment: z.string().trim().min(1).max(20_000).describe("what the next attempt must do otherwise"),
  provider_keys: ProviderKeys.optional(),
});

export const RetryPhase = z.object({
  id: SpecId,
  phase: PlanningPhase.optional().describe("the current phase when absent"),
  provider_keys: ProviderKeys.optional(),
});
