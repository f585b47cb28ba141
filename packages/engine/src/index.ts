export { startEngine } from "./engine.ts";
export type { Engine, EngineOptions } from "./engine.ts";
export { takeLease } from "./lease.ts";
export type { Lease, LeaseOptions } from "./lease.ts";
export type {
  AgentPort,
  AgentStart,
  Clock,
  Collection,
  CollectRequest,
  ConflictScore,
  KeyRing,
  Limits,
  LiveAgent,
  Log,
  MergeOutcome,
  PlannerPort,
  PlanOutcome,
  PlanRequest,
  PreparedWorkspace,
  Random,
  RepositoryFacts,
  SteeringOrder,
  UserBranchMove,
  WorkspaceRequest,
  WorkspaceSpec,
  Workspaces,
} from "./ports.ts";
export { GitWorkspaces } from "./workspaces/git-workspaces.ts";
export type { GitWorkspacesOptions } from "./workspaces/git-workspaces.ts";
export { inspectSource } from "./workspaces/inspect-source.ts";
export { cancelSpec } from "./specs/cancel-spec.ts";
export { createSpec } from "./specs/create-spec.ts";
export type { NewSpec } from "./specs/create-spec.ts";
export {
  advanceSpec,
  approveSpec,
  editArtifact,
  judgeEdit,
  rejectSpec,
  retryPhase,
} from "./specs/decisions.ts";
export type { Decision } from "./specs/decisions.ts";
export { dagOf } from "./tasks/dag-view.ts";
export { explainTask } from "./tasks/explain-task.ts";
export { spawnAgent } from "./tasks/spawn-agent.ts";
export { injectTask } from "./tasks/inject-task.ts";
export { steerAgent, stopAgent } from "./tasks/steering.ts";
export { cancelTask, retryTask } from "./tasks/task-actions.ts";
export { mergeIntoUserBranch, mergeNow, planMergeInto } from "./merging/merge-actions.ts";
export { conflictsOf, mergeStatusOf } from "./merging/merge-view.ts";
