import type {
  AgentOutcome,
  DriverId,
  ExecutionModeName,
  ModelChoiceResource,
  ProviderKeysResource,
  SteeringActionName,
  SteeringDeliveryName,
  StepDraft,
  UsageResource,
} from "@aomori/contract";

/** Which model answers, as configuration and the API name it. */
export type ModelChoice = ModelChoiceResource;
/** Keys by provider; kept in memory for one run, never in a step, a log or an argv. */
export type ProviderKeys = ProviderKeysResource;
export type Usage = UsageResource;

export interface AgentLimits {
  /** Model calls before the run fails with `STEP_LIMIT`. */
  readonly maxSteps: number;
  /** Cap of one command's output as the model sees it; the middle is left out. */
  readonly maxOutputBytes: number;
  readonly commandTimeoutMs: number;
  /** The builtin agent's commands may write to the worktree, temporary folders and caches only, where bubblewrap can see to it. */
  readonly confinesCommands: boolean;
}

export interface AgentRunRequest {
  readonly agentId: `agent_${string}`;
  /** Absolute; the only directory the agent is meant to touch. */
  readonly worktree: string;
  /** Exploration and validation get no write tools; exploration no commands either. */
  readonly mode: ExecutionModeName;
  readonly system: string;
  readonly prompt: string;
  /** `null`: the driver's own default (claude, pi); the builtin driver refuses it. */
  readonly model: ModelChoice | null;
  readonly keys: ProviderKeys;
  /** Paths or globs the task may change; told to the model, enforced by whoever reads the diff. */
  readonly ownedFiles: readonly string[];
  readonly limits: AgentLimits;
  /** Variables on top of the allow-list of `childEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborting it is `stop()`. */
  readonly signal: AbortSignal;
}

export interface SteeringRequest {
  readonly id: `steer_${string}`;
  readonly action: SteeringActionName;
  readonly instruction: string;
  readonly deliver: SteeringDeliveryName;
}

export interface AgentRun {
  /** Read once, to the end: the agent waits for its reader. Ends when the run is over. */
  readonly steps: AsyncIterable<StepDraft>;
  /** Settles when every process of the run is gone; never rejects. */
  readonly result: Promise<AgentOutcome>;
  /**
   * Resolves `delivered` once the agent's conversation holds the instruction (or the pause, resume or stop took effect),
   * `undeliverable` when the run ended first or the driver cannot do it. One id is delivered at most once; a repeated one
   * gets the first answer.
   */
  steer(steering: SteeringRequest): Promise<"delivered" | "undeliverable">;
  /** Ends the run and its whole process tree within 5 s; the outcome is `stopped` unless it was already decided. */
  stop(): Promise<void>;
}

export type DriverPresence =
  | { readonly kind: "found"; readonly path: string | null; readonly version: string | null }
  | { readonly kind: "missing"; readonly install: string };

export interface AgentDriver {
  readonly name: DriverId;
  /** Whether the agent is there, looked up on the PATH of `env`; starts at most `<agent> --version`. */
  detect(env: Readonly<Record<string, string | undefined>>): Promise<DriverPresence>;
  /** Never throws: what is wrong with the request is in the run's result. */
  start(request: AgentRunRequest): AgentRun;
}
