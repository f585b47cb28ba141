import type * as z from "zod";
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
import type { Camel } from "./wire-types.ts";

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

/** The operations that answer once; the rest answer with a stream. */
export type UnaryOperationId = {
  [Id in OperationId]: Operations[Id] extends { readonly output: z.ZodType } ? Id : never;
}[OperationId];

/** The operations that can say what they would do instead of doing it. */
export type DryRunOperationId = {
  [Id in UnaryOperationId]: Operations[Id]["effects"] extends { readonly dryRun: true }
    ? Id
    : never;
}[UnaryOperationId];

/** What a caller sends, in camelCase; fields with a default may be absent. */
export type OperationInput<Id extends OperationId> = Camel<z.input<Operations[Id]["input"]>>;
/** The same after parsing, as a handler gets it. */
export type ParsedInput<Id extends OperationId> = Camel<z.output<Operations[Id]["input"]>>;
/** What a caller gets back, in camelCase. */
export type OperationOutput<Id extends UnaryOperationId> = Camel<
  z.output<Operations[Id]["output"]>
>;
