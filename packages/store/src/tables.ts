import type {
  AgentId,
  AgentStatusName,
  ArtifactStatusName,
  AttemptId,
  Criterion,
  DiscoveryId,
  DriverId,
  Event,
  EventId,
  ExecutionModeName,
  Failure,
  KeyId,
  MergeBranchResource,
  ModelChoice,
  OrgId,
  Phase,
  PlanningPhase,
  ProjectId,
  ScopeName,
  SpecId,
  SpecSettings,
  SpecStatusName,
  SteeringActionName,
  SteeringDeliveryName,
  SteeringId,
  SteeringResource,
  Step,
  StepTypeName,
  TaskId,
  TaskKindName,
  TaskPriorityName,
  TaskResult,
  TaskStatusName,
  TestSummary,
  TicketId,
  Veto,
  WorkerId,
} from "@aomori/contract";
import type { ColumnType, Generated } from "kysely";

/** ISO-8601 UTC with milliseconds, both ways. */
type Time = string;
/** A document in its wire shape: parsed on the way out, JSON text on the way in. */
type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;
/** Any JSON document. */
export type JsonValue = WireOf<typeof Step>["data"];

interface WirePlanRequest {
  phase: PlanningPhase;
  comments: string[];
}

/** What a schema of the contract parses to, in wire names. */
export type WireOf<S extends { readonly _zod: { readonly output: unknown } }> = S["_zod"]["output"];

interface OrganizationsTable {
  id: OrgId;
  name: string;
  eventSeq: Generated<number>;
  taskNumber: Generated<number>;
  ticketNumber: Generated<number>;
  discoveryNumber: Generated<number>;
  createdAt: Time;
}

interface ApiKeysTable {
  id: KeyId;
  orgId: OrgId;
  name: string;
  prefix: string;
  secretHash: Buffer;
  scopes: ScopeName[];
  createdAt: Time;
  expiresAt: Time | null;
  revokedAt: Time | null;
  lastUsedAt: Time | null;
}

interface ProjectsTable {
  id: ProjectId;
  orgId: OrgId;
  name: string;
  repository: string;
  defaultBranch: string;
  createdAt: Time;
}

export interface SpecsTable {
  id: SpecId;
  orgId: OrgId;
  projectId: ProjectId;
  title: string;
  description: string;
  status: SpecStatusName;
  phase: Phase;
  evaluatorScore: number | null;
  gates: PlanningPhase[];
  baseBranch: string;
  baseCommit: string;
  integrationBranch: string;
  agent: DriverId;
  model: NullableJson<WireOf<typeof ModelChoice>>;
  settings: Json<WireOf<typeof SpecSettings>>;
  failure: NullableJson<WireOf<typeof Failure>>;
  planRun: Generated<number>;
  mergeRun: Generated<number>;
  planRequest: NullableJson<WirePlanRequest>;
  integrationCommit: string | null;
  gate: NullableJson<WireOf<typeof TestSummary>>;
  inputTokens: Generated<number>;
  outputTokens: Generated<number>;
  costMicrousd: number | null;
  createdBy: string;
  createdAt: Time;
  updatedAt: Time;
  completedAt: Time | null;
}

export interface ArtifactsTable {
  orgId: OrgId;
  specId: SpecId;
  phase: PlanningPhase;
  version: number;
  status: ArtifactStatusName;
  origin: "model" | "edited" | "computed";
  score: number | null;
  criteria: Json<WireOf<typeof Criterion>[]>;
  vetoes: Json<WireOf<typeof Veto>[]>;
  feedback: Json<string[]>;
  content: Json<JsonValue>;
  createdBy: string;
  createdAt: Time;
}

export interface PhaseAttemptsTable {
  id: AttemptId;
  orgId: OrgId;
  specId: SpecId;
  phase: PlanningPhase;
  number: number;
  planRun: number;
  status: "running" | "accepted" | "rejected" | "failed";
  prompt: string;
  output: string | null;
  artifactVersion: number | null;
  score: number | null;
  feedback: Json<string[]>;
  error: string | null;
  inputTokens: Generated<number>;
  outputTokens: Generated<number>;
  costMicrousd: number | null;
  durationMs: number | null;
  startedAt: Time;
  endedAt: Time | null;
}

export interface TicketsTable {
  orgId: OrgId;
  id: TicketId;
  number: number;
  specId: SpecId;
  localId: string;
  title: string;
  description: string;
  priority: string;
  status: TaskStatusName;
  requirements: Json<string[]>;
  acceptanceCriteria: Json<string[]>;
  createdAt: Time;
}

export interface TasksTable {
  orgId: OrgId;
  id: TaskId;
  number: number;
  specId: SpecId;
  ticketId: TicketId | null;
  localId: string | null;
  originKey: string | null;
  mendsTask: TaskId | null;
  mendsCommit: string | null;
  title: string;
  description: string;
  kind: TaskKindName;
  executionMode: ExecutionModeName;
  status: TaskStatusName;
  priority: TaskPriorityName;
  estimatedHours: number;
  ownedFiles: Json<string[]>;
  requirements: Json<string[]>;
  acceptanceCriteria: Json<string[]>;
  agentId: AgentId | null;
  branch: string | null;
  baseCommit: string | null;
  commitId: string | null;
  mergeState: Generated<MergeBranchResource["state"]>;
  mergeCommit: string | null;
  mergeDetail: string | null;
  conflictScore: number | null;
  attempt: Generated<number>;
  run: Generated<number>;
  validationRound: Generated<number>;
  notes: Json<string[]>;
  notBefore: Time | null;
  failure: NullableJson<WireOf<typeof Failure>>;
  result: NullableJson<WireOf<typeof TaskResult>>;
  createdAt: Time;
  readyAt: Time | null;
  startedAt: Time | null;
  endedAt: Time | null;
}

interface TaskEdgesTable {
  orgId: OrgId;
  specId: SpecId;
  taskId: TaskId;
  dependsOn: TaskId;
}

export interface AgentsTable {
  id: AgentId;
  orgId: OrgId;
  specId: SpecId;
  taskId: TaskId;
  driver: DriverId;
  model: NullableJson<WireOf<typeof ModelChoice>>;
  executionMode: ExecutionModeName;
  status: AgentStatusName;
  attempt: number;
  runKey: string;
  worktree: string;
  workerId: string | null;
  stepCount: Generated<number>;
  inputTokens: Generated<number>;
  outputTokens: Generated<number>;
  costMicrousd: number | null;
  failure: NullableJson<WireOf<typeof Failure>>;
  outcome: NullableJson<JsonValue>;
  startedAt: Time;
  lastHeartbeatAt: Time | null;
  lastStepAt: Time | null;
  endedAt: Time | null;
}

export interface StepsTable {
  orgId: OrgId;
  agentId: AgentId;
  position: number;
  type: StepTypeName;
  summary: string;
  body: string | null;
  tool: string | null;
  callId: string | null;
  data: NullableJson<JsonValue>;
  at: Time;
  durationMs: number | null;
}

interface SteeringsTable {
  id: SteeringId;
  orgId: OrgId;
  agentId: AgentId;
  action: SteeringActionName;
  instruction: string;
  deliver: SteeringDeliveryName;
  status: SteeringResource["status"];
  createdBy: string;
  createdAt: Time;
  deliveredAt: Time | null;
}

export interface DiscoveriesTable {
  orgId: OrgId;
  id: DiscoveryId;
  number: number;
  specId: SpecId;
  sourceTaskId: TaskId;
  agentId: AgentId | null;
  originKey: string;
  title: string;
  description: string;
  status: "pending" | "promoted" | "dismissed";
  createdAt: Time;
}

export interface EventsTable {
  orgId: OrgId;
  seq: number;
  id: EventId;
  at: Time;
  type: string;
  v: 1;
  projectId: ProjectId | null;
  specId: SpecId | null;
  ticketId: TicketId | null;
  taskId: TaskId | null;
  agentId: AgentId | null;
  summary: string;
  data: Json<WireOf<typeof Event>["data"]>;
}

interface IdempotencyKeysTable {
  orgId: OrgId;
  operation: string;
  key: string;
  requestHash: Buffer;
  status: number | null;
  response: NullableJson<JsonValue>;
  createdAt: Time;
}

interface WorkersTable {
  id: WorkerId;
  fence: number;
  host: string;
  pid: number | null;
  processStart: string;
  version: string;
  startedAt: Time;
  heartbeatAt: Time;
}

/** Tables whose rows belong to one organisation: reached through an `OrgScope` only. */
export interface TenantTables {
  apiKeys: ApiKeysTable;
  projects: ProjectsTable;
  specs: SpecsTable;
  artifacts: ArtifactsTable;
  phaseAttempts: PhaseAttemptsTable;
  tickets: TicketsTable;
  tasks: TasksTable;
  taskEdges: TaskEdgesTable;
  agents: AgentsTable;
  steps: StepsTable;
  steerings: SteeringsTable;
  discoveries: DiscoveriesTable;
  events: EventsTable;
  idempotencyKeys: IdempotencyKeysTable;
}

/** Every table, in camelCase; kysely's camel-case plugin renames to the columns of sql/. */
export interface Tables extends TenantTables {
  organizations: OrganizationsTable;
  workers: WorkersTable;
}
