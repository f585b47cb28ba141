export {
  AgentId,
  AttemptId,
  DiscoveryId,
  EventId,
  KeyId,
  OrgId,
  ProjectId,
  SpecId,
  SteeringId,
  TaskId,
  TicketId,
  WorkerId,
  discoveryId,
  newEventId,
  newId,
  taskId,
  ticketId,
} from "./ids.ts";
export type { RandomBytes } from "./ids.ts";
export { pageFields, pageOf } from "./page.ts";
export { Plan } from "./plan.ts";
export { Failure, Json, Timestamp, Usage } from "./values.ts";
export type { Camel, CamelKey, JsonValue } from "./wire-types.ts";
export { fromWire, toWire, toWireInput } from "./wire.ts";
export { Phase, PlanningPhase, modelPhases, phases, planningPhases } from "./planning/phase.ts";
export type { ModelPhase } from "./planning/phase.ts";
export { obligation, obligations, workPriority } from "./planning/priority.ts";
export type { Obligation, WorkPriority } from "./planning/priority.ts";
export { artifactJsonSchema, artifactSchemas } from "./planning/artifacts.ts";
export type { AcceptedArtifacts, ArtifactOf } from "./planning/artifacts.ts";
export { exploreSchema } from "./planning/explore.ts";
export type { ExploreArtifact } from "./planning/explore.ts";
export { prdSchema } from "./planning/prd.ts";
export type { PrdArtifact } from "./planning/prd.ts";
export { requirementsSchema } from "./planning/requirements.ts";
export type { Requirement, RequirementsArtifact } from "./planning/requirements.ts";
export { designSchema } from "./planning/design.ts";
export type { DesignArtifact } from "./planning/design.ts";
export { tasksSchema } from "./planning/tasks.ts";
export type { PlannedTask, PlannedTicket, TasksArtifact } from "./planning/tasks.ts";
export { syncSchema } from "./planning/sync.ts";
export type { SyncArtifact, SyncBlocker } from "./planning/sync.ts";
export { GetProject, ListProjects, Project } from "./specs/project.ts";
export {
  CreateSpec,
  DriverName,
  GetSpec,
  ListSpecs,
  ModelChoice,
  ProviderKeys,
  ProviderName,
  RejectPhase,
  RetryPhase,
  Spec,
  SpecAction,
  SpecCounts,
  SpecSettings,
  SpecSettingsChanges,
  SpecStatus,
  driverNames,
  providerNames,
  specStatuses,
} from "./specs/spec.ts";
export {
  Artifact,
  ArtifactStatus,
  Criterion,
  EditArtifact,
  ListArtifacts,
  ListAttempts,
  PhaseAttempt,
  Veto,
  artifactStatuses,
} from "./specs/artifact.ts";
export { GetTicket, ListTickets, Ticket } from "./specs/ticket.ts";
export {
  ChangedFile,
  CreateTask,
  ExecutionMode,
  GetTask,
  ListTasks,
  Task,
  TaskAction,
  TaskDetail,
  TaskDiff,
  TaskKind,
  TaskLogs,
  TaskPriority,
  TaskResult,
  TaskStatus,
  TaskStatusFilter,
  TestSummary,
  executionModes,
  taskKinds,
  taskPriorities,
  taskStatuses,
} from "./specs/task.ts";
export {
  Agent,
  AgentHealth,
  AgentStatus,
  GetAgent,
  GetTrajectory,
  ListAgents,
  SpawnAgent,
  SteerAgent,
  Steering,
  SteeringAction,
  SteeringDelivery,
  Step,
  StepType,
  Trajectory,
  agentStatuses,
  steeringActions,
  stepTypes,
} from "./specs/agent.ts";
export {
  BranchConflict,
  ConflictLevel,
  Conflicts,
  CriticalPath,
  Dag,
  DagNode,
  MergeBranch,
  MergeInto,
  MergeStatus,
  MergedInto,
  SpecIdInput,
  mergeStates,
} from "./specs/dag.ts";
export { eventData } from "./specs/event-data.ts";
export type { EventType } from "./specs/event-data.ts";
export {
  Event,
  ListEvents,
  StreamEvents,
  eventEnvelope,
  eventTypes,
  isEventType,
} from "./specs/event.ts";
export type { AomoriEvent, WireEvent } from "./specs/event.ts";
export { JournalEvent } from "./specs/journal-event.ts";
export { readEvent } from "./specs/read-event.ts";
export {
  ApiKey,
  CreateKey,
  CreatedApiKey,
  Identity,
  ListKeys,
  RevokeKey,
  Scope,
  ownScope,
  scopes,
} from "./account/key.ts";
export { Drained, Health, NoInput } from "./system/health.ts";
export { operations } from "./operations.ts";
export type {
  DryRunOperationId,
  OperationId,
  OperationInput,
  OperationOutput,
  Operations,
  ParsedInput,
  UnaryOperationId,
} from "./operations.ts";
export type {
  AgentHealthName,
  AgentResource,
  AgentStatusName,
  ApiKeyResource,
  ArtifactResource,
  ArtifactStatusName,
  BranchConflictResource,
  ChangedFileResource,
  ConflictLevelName,
  ConflictsResource,
  CreatedApiKeyResource,
  CriticalPathResource,
  CriterionResource,
  DagNodeResource,
  DagResource,
  DriverId,
  ExecutionModeName,
  FailureResource,
  HealthResource,
  IdentityResource,
  MergeBranchResource,
  MergeStatusResource,
  MergedIntoResource,
  ModelChoiceResource,
  PhaseAttemptResource,
  PlanResource,
  ProjectResource,
  ProviderId,
  ProviderKeysResource,
  ScopeName,
  SpecCountsResource,
  SpecResource,
  SpecSettingsChangesResource,
  SpecSettingsResource,
  SpecStatusName,
  SteeringActionName,
  SteeringDeliveryName,
  SteeringResource,
  StepResource,
  StepTypeName,
  TaskDetailResource,
  TaskKindName,
  TaskPriorityName,
  TaskResource,
  TaskResultResource,
  TaskStatusName,
  TestSummaryResource,
  TicketResource,
  TrajectoryResource,
  UsageResource,
  VetoResource,
} from "./resources.ts";
export type {
  AgentError,
  AgentErrorClass,
  AgentOutcome,
  JsonData,
  StepDraft,
} from "./specs/agent-run.ts";
