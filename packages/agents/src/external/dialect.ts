import type { AgentRunRequest, Usage } from "../driver.ts";
import type { AgentError, StepDraft } from "@aomori/contract";

/** What a line of an agent's output means to a run. */
export type AgentSignal =
  | { readonly kind: "step"; readonly step: StepDraft }
  | { readonly kind: "usage"; readonly usage: Usage }
  /** The model has been asked once more. */
  | { readonly kind: "model-call" }
  /** A tool has finished: a step is over, and there is work that would be lost. */
  | { readonly kind: "tool-finished" }
  /** The conversation holds this user message now. */
  | { readonly kind: "heard"; readonly text: string }
  /** The agent had a failed model call and will make it again by itself. */
  | { readonly kind: "trouble"; readonly error: AgentError }
  /** The agent waits for the next message. */
  | { readonly kind: "turn-ended"; readonly ending: TurnEnding }
  /** Something to ask the agent back. */
  | { readonly kind: "send"; readonly message: object };

export type TurnEnding =
  | { readonly kind: "finished"; readonly text: string }
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly error: AgentError };

export interface AgentCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How one external agent is started, spoken to and understood. One object serves one run. */
export interface Dialect {
  /** For messages: `claude`, `pi`. */
  readonly agent: string;
  /** What to start, after writing what the agent needs into its private directory. */
  prepare(request: AgentRunRequest, directory: string): Promise<AgentCommand>;
  /** A message that starts a turn. */
  prompt(text: string): object;
  /** A message the agent takes up within its turn, after the running step. */
  midTurn(text: string): object;
  interrupt(): object;
  /** Reads one line of output; what it does not know means nothing. */
  read(line: unknown): readonly AgentSignal[];
}
