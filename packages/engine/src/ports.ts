import type {
  AgentId,
  AgentOutcome,
  ChangedFileResource,
  ConflictLevelName,
  DriverId,
  ExecutionModeName,
  ModelChoiceResource,
  ModelPhase,
  OrgId,
  ProjectId,
  ProviderKeysResource,
  SpecId,
  SteeringActionName,
  SteeringDeliveryName,
  SteeringId,
  StepDraft,
  TaskId,
  TestSummaryResource,
  UsageResource,
} from "@aomori/contract";

/** Milliseconds since 1970. */
export interface Clock {
  now(): number;
}

/** `fraction` is in [0, 1). */
export interface Random {
  fraction(): number;
  bytes(length: number): Uint8Array;
}

export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface AgentStart {
  readonly agentId: AgentId;
  readonly driver: DriverId;
  readonly model: ModelChoiceResource | null;
  readonly keys: ProviderKeysResource;
  readonly mode: ExecutionModeName;
  readonly worktree: string;
  readonly system: string;
  readonly prompt: string;
  readonly ownedFiles: readonly string[];
  readonly signal: AbortSignal;
}

export interface SteeringOrder {
  readonly id: SteeringId;
  readonly action: SteeringActionName;
  readonly instruction: string;
  readonly deliver: SteeringDeliveryName;
}

/** A running agent. `result` never rejects; `steps` ends when the run is over. */
export interface LiveAgent {
  readonly steps: AsyncIterable<StepDraft>;
  readonly result: Promise<AgentOutcome>;
  /** Resolves once the agent's conversation contains the order, or never can. */
  steer(order: SteeringOrder): Promise<"delivered" | "undeliverable">;
  /** Kills the whole process tree within five seconds. */
  stop(): Promise<void>;
}

export interface AgentPort {
  start(request: AgentStart): LiveAgent;
}

export interface PlanRequest {
  readonly phase: ModelPhase;
  readonly model: ModelChoiceResource | null;
  readonly keys: ProviderKeysResource;
  readonly system: string;
  readonly prompt: string;
  /** Directory the read-only repository tools are confined to; absent where the phase has none. */
  readonly repository?: string;
  readonly signal: AbortSignal;
}

export type PlanOutcome =
  | {
      readonly kind: "object";
      readonly value: unknown;
      readonly text: string;
      readonly usage: UsageResource;
    }
  | {
      readonly kind: "malformed";
      readonly text: string;
      readonly parseError: string;
      readonly usage: UsageResource;
    };

/** Writes one phase's artefact. Throws coded errors: retryable ones are waited for, others fail the phase. */
export interface PlannerPort {
  plan(request: PlanRequest): Promise<PlanOutcome>;
}

/** Which repository, spec and task a workspace belongs to. */
export interface WorkspaceSpec {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly projectId: ProjectId;
  readonly repository: string;
  readonly baseBranch: string;
  readonly integrationBranch: string;
  readonly baseCommit: string;
}

export interface WorkspaceRequest {
  readonly spec: WorkspaceSpec;
  readonly taskId: TaskId;
  readonly branch: string;
  /** Commit to branch from. */
  readonly from: string;
  /** Commits the worktree must contain as well, merged in order. */
  readonly include: readonly string[];
  /**
   * A commit merged last with its conflicts left in the files, for an agent to resolve. Where it merges cleanly,
   * `countsAsWork` says whether the merge alone is a result or what the agent starts from.
   */
  readonly resolve?: { readonly commit: string; readonly countsAsWork: boolean };
  /** Run once in a new worktree; argv. */
  readonly setupCommand?: readonly string[];
  readonly signal: AbortSignal;
}

export type PreparedWorkspace =
  | {
      readonly kind: "ready";
      readonly worktree: string;
      /** Commit the task's diff is taken against. */
      readonly baseCommit: string;
      readonly conflictedFiles: readonly string[];
    }
  | { readonly kind: "conflict"; readonly commit: string; readonly files: readonly string[] };

export type MergeOutcome =
  | { readonly kind: "merged"; readonly commit: string; readonly worktree: string }
  | { readonly kind: "up_to_date"; readonly commit: string; readonly worktree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

export interface ConflictScore {
  readonly score: number;
  readonly level: ConflictLevelName;
  readonly files: readonly string[];
}

export interface RepositoryFacts {
  /** Top level for a path, the URL itself otherwise. */
  readonly repository: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
}

export interface UserBranchMove {
  readonly kind: "created" | "fast_forward" | "merge_commit" | "up_to_date";
  readonly previousCommit: string | null;
  readonly commit: string;
}

/** What a worktree holds after an agent has worked in it. */
export interface CollectRequest {
  readonly spec: WorkspaceSpec;
  readonly worktree: string;
  readonly branch: string;
  readonly baseCommit: string;
  readonly message: string;
}

export interface Collection {
  /** `null` when nothing differs from the base commit. */
  readonly commit: string | null;
  readonly files: readonly ChangedFileResource[];
}

/** Private clones and worktrees. Every call may be made twice with the same result. */
export interface Workspaces {
  inspect(repository: string, base: string | undefined): Promise<RepositoryFacts>;
  /** Clones the repository and makes the integration branch at the base commit, where they are not there yet. */
  openSpec(spec: WorkspaceSpec): Promise<void>;
  /** A checkout of the base commit for EXPLORE to read. */
  exploreDirectory(spec: WorkspaceSpec): Promise<string>;
  /** How a checkout's own tests are run; `undefined` where it does not say. */
  testCommand(directory: string): Promise<readonly string[] | undefined>;
  /** Makes the task's worktree, or finds it as it was left. */
  prepare(request: WorkspaceRequest): Promise<PreparedWorkspace>;
  /** Puts a prepared worktree back to where an agent may start; what an earlier one left uncommitted is kept aside. */
  restore(request: WorkspaceRequest): Promise<PreparedWorkspace>;
  collect(request: CollectRequest): Promise<Collection>;
  diff(
    spec: WorkspaceSpec,
    from: string,
    to: string,
  ): Promise<{ text: string; truncated: boolean }>;
  /** Those of `files` that still hold conflict markers. */
  conflictMarkers(worktree: string, files: readonly string[]): Promise<readonly string[]>;
  runTests(
    directory: string,
    command: readonly string[],
    options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ): Promise<TestSummaryResource>;
  resetTask(spec: WorkspaceSpec, worktree: string, branch: string, commit: string): Promise<void>;
  /** Removes worktrees; branches stay. */
  removeSpec(spec: WorkspaceSpec, taskIds: readonly TaskId[]): Promise<void>;
  /** Makes a worktree runnable: `command`, or what its build files ask for. Once, and again when those files change. */
  setUp(
    worktree: string,
    command: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /** The integration worktree at `commit`. */
  checkoutIntegration(spec: WorkspaceSpec, commit: string): Promise<string>;
  /** Merges `commit` onto `tip` in the integration worktree. */
  merge(
    spec: WorkspaceSpec,
    request: { readonly tip: string; readonly commit: string; readonly message: string },
  ): Promise<MergeOutcome>;
  conflict(spec: WorkspaceSpec, left: string, right: string): Promise<ConflictScore>;
  moveUserBranch(
    spec: WorkspaceSpec,
    branch: string,
    commit: string,
    options: { readonly dryRun: boolean },
  ): Promise<UserBranchMove>;
  /** Removes a project's worktrees but those of the given specs and tasks; returns what was removed. */
  reconcile(
    projectId: ProjectId,
    wanted: readonly { readonly specId: SpecId; readonly taskIds: readonly TaskId[] }[],
  ): Promise<readonly string[]>;
}

/** Provider keys that travelled with requests; in memory only. */
export interface KeyRing {
  keysFor(specId: SpecId): ProviderKeysResource;
  remember(specId: SpecId, keys: ProviderKeysResource): void;
  forget(specId: SpecId): void;
}

export interface Limits {
  /** Tasks that may run at once. */
  readonly global: number;
  readonly perProject: number;
  readonly perDriver: Readonly<Partial<Record<DriverId, number>>>;
}
