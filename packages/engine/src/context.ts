import type { OrgId, SpecId, TaskId } from "@aomori/contract";
import type { Store } from "@aomori/store";
import type { StartWorkflow } from "./durable.ts";
import type {
  AgentPort,
  Clock,
  KeyRing,
  Limits,
  Log,
  PlannerPort,
  Random,
  Workspaces,
} from "./ports.ts";
import type { Boards } from "./tasks/boards.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Serials } from "./serials.ts";
import type { LiveRuns } from "./tasks/live-runs.ts";

export interface PlanInput {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  /** The segment of the plan; an older one stops at its next move. */
  readonly run: number;
}

export interface TaskInput {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly taskId: TaskId;
  readonly run: number;
}

export interface MergeInput {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly run: number;
}

interface Workflows {
  readonly plan: StartWorkflow<PlanInput>;
  readonly task: StartWorkflow<TaskInput>;
  readonly merge: StartWorkflow<MergeInput>;
}

/** What every part of the engine works with; made once by `startEngine`. */
export interface EngineContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly agents: AgentPort;
  readonly planner: PlannerPort;
  readonly workspaces: Workspaces;
  readonly keys: KeyRing;
  readonly limits: Limits;
  readonly workflows: Workflows;
  readonly boards: Boards;
  readonly live: LiveRuns;
  /** Planning under `spec/plan`, merging under `spec/merge`, a task under `spec/task`. */
  readonly interrupts: Interrupts;
  /** Steps of the merge queue by spec: two runs of one queue share a worktree. */
  readonly merging: Serials;
  /** Tells the dispatcher that a task may have become ready or a slot free. */
  readonly wake: () => void;
  readonly heartbeatMs: number;
  /** Aborted when the engine closes: running steps end without a result and run again at the next start. */
  readonly closing: AbortSignal;
}

export const planWorkflowId = (input: PlanInput): string => `${input.specId}/plan/${input.run}`;
export const taskWorkflowId = (input: TaskInput): string =>
  `${input.orgId}/${input.taskId}/${input.run}`;
export const mergeWorkflowId = (input: MergeInput): string => `${input.specId}/merge/${input.run}`;
