import type * as z from "zod";
import type { ApiKey, CreatedApiKey, Identity, Scope } from "./account/key.ts";
import type { Plan } from "./plan.ts";
import type { Failure, Usage } from "./values.ts";
import type {
  Agent,
  AgentHealth,
  AgentStatus,
  Steering,
  SteeringAction,
  SteeringDelivery,
  Step,
  StepType,
  Trajectory,
} from "./specs/agent.ts";
import type { Artifact, ArtifactStatus, Criterion, PhaseAttempt, Veto } from "./specs/artifact.ts";
import type {
  BranchConflict,
  ConflictLevel,
  Conflicts,
  CriticalPath,
  Dag,
  DagNode,
  MergeBranch,
  MergeStatus,
  MergedInto,
} from "./specs/dag.ts";
import type { Project } from "./specs/project.ts";
import type {
  DriverName,
  ModelChoice,
  ProviderKeys,
  ProviderName,
  Spec,
  SpecCounts,
  SpecSettings,
  SpecSettingsChanges,
  SpecStatus,
} from "./specs/spec.ts";
import type {
  ChangedFile,
  ExecutionMode,
  Task,
  TaskDetail,
  TaskKind,
  TaskPriority,
  TaskResult,
  TaskStatus,
  TestSummary,
} from "./specs/task.ts";
import type { Ticket } from "./specs/ticket.ts";
import type { Health } from "./system/health.ts";
import type { Camel } from "./wire-types.ts";

type Of<S extends z.ZodType> = Camel<z.output<S>>;

export type ProjectResource = Of<typeof Project>;
export type SpecResource = Of<typeof Spec>;
export type SpecCountsResource = Of<typeof SpecCounts>;
export type SpecSettingsResource = Of<typeof SpecSettings>;
export type SpecSettingsChangesResource = Of<typeof SpecSettingsChanges>;
export type ArtifactResource = Of<typeof Artifact>;
export type PhaseAttemptResource = Of<typeof PhaseAttempt>;
export type CriterionResource = Of<typeof Criterion>;
export type VetoResource = Of<typeof Veto>;
export type TicketResource = Of<typeof Ticket>;
export type TaskResource = Of<typeof Task>;
export type TaskDetailResource = Of<typeof TaskDetail>;
export type TaskResultResource = Of<typeof TaskResult>;
export type TestSummaryResource = Of<typeof TestSummary>;
export type ChangedFileResource = Of<typeof ChangedFile>;
export type AgentResource = Of<typeof Agent>;
export type StepResource = Of<typeof Step>;
export type TrajectoryResource = Of<typeof Trajectory>;
export type SteeringResource = Of<typeof Steering>;
export type DagResource = Of<typeof Dag>;
export type DagNodeResource = Of<typeof DagNode>;
export type CriticalPathResource = Of<typeof CriticalPath>;
export type MergeStatusResource = Of<typeof MergeStatus>;
export type MergeBranchResource = Of<typeof MergeBranch>;
export type MergedIntoResource = Of<typeof MergedInto>;
export type ConflictsResource = Of<typeof Conflicts>;
export type BranchConflictResource = Of<typeof BranchConflict>;
export type ApiKeyResource = Of<typeof ApiKey>;
export type CreatedApiKeyResource = Of<typeof CreatedApiKey>;
export type IdentityResource = Of<typeof Identity>;
export type HealthResource = Of<typeof Health>;
export type PlanResource = Of<typeof Plan>;
export type UsageResource = Of<typeof Usage>;
export type FailureResource = Of<typeof Failure>;
export type ModelChoiceResource = Of<typeof ModelChoice>;
export type ProviderKeysResource = z.output<typeof ProviderKeys>;

export type SpecStatusName = z.output<typeof SpecStatus>;
export type TaskStatusName = z.output<typeof TaskStatus>;
export type TaskKindName = z.output<typeof TaskKind>;
export type TaskPriorityName = z.output<typeof TaskPriority>;
export type ExecutionModeName = z.output<typeof ExecutionMode>;
export type AgentStatusName = z.output<typeof AgentStatus>;
export type AgentHealthName = z.output<typeof AgentHealth>;
export type StepTypeName = z.output<typeof StepType>;
export type SteeringActionName = z.output<typeof SteeringAction>;
export type SteeringDeliveryName = z.output<typeof SteeringDelivery>;
export type ArtifactStatusName = z.output<typeof ArtifactStatus>;
export type ConflictLevelName = z.output<typeof ConflictLevel>;
export type DriverId = z.output<typeof DriverName>;
export type ProviderId = z.output<typeof ProviderName>;
export type ScopeName = z.output<typeof Scope>;
