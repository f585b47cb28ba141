import { createKey, listKeys, revokeKey, whoami } from "./account/operations.ts";
import {
  getAgent,
  getTrajectory,
  listAgents,
  spawnAgent,
  steerAgent,
  stopAgent,
} from "./specs/operations/agents.ts";
import {
  getConflicts,
  getDag,
  getMergeStatus,
  mergeInto,
  triggerMerge,
} from "./specs/operations/dag.ts";
import { getProject, listEvents, listProjects, streamEvents } from "./specs/operations/events.ts";
import {
  advanceSpec,
  approveSpec,
  cancelSpec,
  createSpec,
  editArtifact,
  getSpec,
  listArtifacts,
  listAttempts,
  listSpecs,
  rejectSpec,
  retryPhase,
} from "./specs/operations/specs.ts";
import {
  cancelTask,
  createTask,
  getTask,
  getTaskDiff,
  getTaskLogs,
  getTaskResult,
  getTicket,
  listTasks,
  listTickets,
  retryTask,
} from "./specs/operations/tasks.ts";
import { drain, getHealth } from "./system/operations.ts";

/** Every operation a server answers, by id. */
export const operations = {
  [createSpec.id]: createSpec,
  [listSpecs.id]: listSpecs,
  [getSpec.id]: getSpec,
  [advanceSpec.id]: advanceSpec,
  [retryPhase.id]: retryPhase,
  [approveSpec.id]: approveSpec,
  [rejectSpec.id]: rejectSpec,
  [cancelSpec.id]: cancelSpec,
  [listArtifacts.id]: listArtifacts,
  [editArtifact.id]: editArtifact,
  [listAttempts.id]: listAttempts,
  [listTickets.id]: listTickets,
  [getTicket.id]: getTicket,
  [listTasks.id]: listTasks,
  [getTask.id]: getTask,
  [createTask.id]: createTask,
  [retryTask.id]: retryTask,
  [cancelTask.id]: cancelTask,
  [getTaskResult.id]: getTaskResult,
  [getTaskDiff.id]: getTaskDiff,
  [getTaskLogs.id]: getTaskLogs,
  [listAgents.id]: listAgents,
  [getAgent.id]: getAgent,
  [getTrajectory.id]: getTrajectory,
  [steerAgent.id]: steerAgent,
  [stopAgent.id]: stopAgent,
  [spawnAgent.id]: spawnAgent,
  [getDag.id]: getDag,
  [getMergeStatus.id]: getMergeStatus,
  [getConflicts.id]: getConflicts,
  [triggerMerge.id]: triggerMerge,
  [mergeInto.id]: mergeInto,
  [streamEvents.id]: streamEvents,
  [listEvents.id]: listEvents,
  [listProjects.id]: listProjects,
  [getProject.id]: getProject,
  [whoami.id]: whoami,
  [createKey.id]: createKey,
  [listKeys.id]: listKeys,
  [revokeKey.id]: revokeKey,
  [getHealth.id]: getHealth,
  [drain.id]: drain,
} as const;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
