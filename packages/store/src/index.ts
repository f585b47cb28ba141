export { localOrgId, openStore } from "./open-store.ts";
export type { OpenStoreOptions } from "./open-store.ts";
export { pgliteStartParams } from "./pglite-backend.ts";
export { exportStore } from "./export-store.ts";
export type { ExportSummary } from "./export-store.ts";
export { importStore } from "./import-store.ts";
export { checkStore } from "./check-store.ts";
export type { Finding } from "./check-store.ts";
export type { Store } from "./store.ts";
export type { OrgScope } from "./scope.ts";
export type { NewEvent, OrgTransaction, PastEvent } from "./transaction.ts";
export type { StoredEvent } from "./closing-statement.ts";
export type { CommitListener, CommitNotice, EventFeed } from "./event-feed.ts";
export type { Clock } from "./clock.ts";
export { durableApplication } from "./durable-application.ts";
export type { Page, PageRequest } from "./page.ts";
export type { JsonValue } from "./tables.ts";
export { allOrganizations, ensureOrganization, getOrganization } from "./queries/organizations.ts";
export type { Organization } from "./queries/organizations.ts";
export {
  authenticate,
  createKey,
  ensureLocalKey,
  getKey,
  listKeys,
  revokeKey,
} from "./queries/keys.ts";
export type { NewKey } from "./queries/keys.ts";
export {
  findProjectByRepository,
  getProject,
  insertProject,
  listProjects,
} from "./queries/projects.ts";
export type { ProjectRow } from "./queries/projects.ts";
export { findSpecRow, hasTasks } from "./queries/spec-row.ts";
export type { PlanRequest, SpecRow } from "./queries/spec-row.ts";
export {
  addSpecUsage,
  allOrganizationsLiveSpecs,
  getSpec,
  insertSpec,
  listSpecs,
  updateSpec,
} from "./queries/specs.ts";
export type { LiveSpec, NewSpec, SpecFilter, SpecPatch } from "./queries/specs.ts";
export {
  acceptArtifact,
  acceptedArtifacts,
  insertArtifact,
  listArtifacts,
  markStaleFrom,
  newestArtifact,
  setArtifactStatus,
} from "./queries/artifacts.ts";
export type { NewArtifact } from "./queries/artifacts.ts";
export {
  findAttempt,
  finishAttempt,
  listAttemptRows,
  listAttempts,
  startAttempt,
} from "./queries/attempts.ts";
export type { AttemptEnd, AttemptRow } from "./queries/attempts.ts";
export { getTicket, listTickets, setTicketStatuses } from "./queries/tickets.ts";
export type { TicketFilter } from "./queries/tickets.ts";
export { insertTasks, insertTickets, reserveNumbers } from "./queries/task-creation.ts";
export type { NewTask, NewTicket, Reservation } from "./queries/task-creation.ts";
export { beginRuns, setTaskStatuses, updateTask } from "./queries/task-changes.ts";
export type { BegunRun, StatusChange, TaskPatch } from "./queries/task-changes.ts";
export {
  allOrganizationsLiveTasks,
  findTaskRow,
  getTask,
  getTaskResult,
  listLastWords,
  listTaskRows,
  listTasks,
} from "./queries/tasks.ts";
export type { LiveTask, TaskFilter } from "./queries/tasks.ts";
export type { TaskRow } from "./queries/task-row.ts";
export { insertEdges, listEdges } from "./queries/edges.ts";
export type { TaskEdge } from "./queries/edges.ts";
export { deriveAgentHealth } from "./agent-health.ts";
export type { AgentSigns } from "./agent-health.ts";
export {
  allOrganizationsLiveAgents,
  concludeAgent,
  endAgent,
  findAgentRow,
  getAgent,
  heartbeatAgent,
  insertAgent,
  listAgentRowsByRun,
  listAgents,
  setAgentStatus,
} from "./queries/agents.ts";
export type { AgentEnd, AgentFilter, AgentRow, LiveAgent, NewAgent } from "./queries/agents.ts";
export { appendSteps, listSteps, listTaskSteps } from "./queries/steps.ts";
export type { NewStep, StepBatch } from "./queries/steps.ts";
export {
  dropSteerings,
  getSteering,
  insertSteering,
  listSteerings,
  settleSteering,
  takePendingSteerings,
} from "./queries/steerings.ts";
export { insertDiscovery, listDiscoveries } from "./queries/discoveries.ts";
export type { DiscoveryRow, NewDiscovery } from "./queries/discoveries.ts";
export {
  lastEventSeq,
  matchesFilter,
  newestEventType,
  readEvents,
  storedEvents,
} from "./queries/events.ts";
export type { EventFilter, ReadEvents } from "./queries/events.ts";
export {
  allOrganizationsForgetKeys,
  finishIdempotent,
  releaseIdempotent,
  startIdempotent,
} from "./queries/idempotency.ts";
export type { IdempotentRequest, IdempotentStart } from "./queries/idempotency.ts";
export { findWorker, heartbeatWorker, releaseWorker, takeWorker } from "./queries/workers.ts";
export type { WorkerProcess, WorkerRow } from "./queries/workers.ts";
