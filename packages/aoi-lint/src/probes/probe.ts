import type { Observation } from "../runner/observation.ts";
import type { RunSpec } from "../runner/run-spec.ts";
import type { Target } from "../target.ts";

export type ProbeName =
  | "base"
  | "again"
  | "file"
  | "terminal"
  | "forced-colour"
  | "bad-flag"
  | "failures"
  | "early-close"
  | "narrow-pipe"
  | "large"
  | "slow-reader"
  | "interrupt"
  | "terminate"
  | "terminate-leader"
  | "interrupt-twice"
  | "kill"
  | "stdin"
  | "slow-source"
  | "capabilities"
  | "schema"
  | "bare-discovery"
  | "offline-discovery"
  | "version"
  | "declared-flags"
  | "limits"
  | "pages"
  | "bad-cursor"
  | "default-limit"
  | "deadline"
  | "heartbeat"
  | "dry-run"
  | "unconfirmed"
  | "plan-and-apply"
  | "same-key"
  | "other-arguments-same-key"
  | "secrets"
  | "secret-argument"
  | "secret-failures"
  | "input"
  | "bad-input"
  | "cut-input"
  | "failed-input"
  | "strange-input"
  | "large-input"
  | "dripping-input"
  | "self-input"
  | "locales"
  | "sink";

/** The runs of a probe, or why there are none. */
export type ProbeOutcome =
  | { readonly kind: "ran"; readonly runs: readonly Observation[] }
  | { readonly kind: "not_run"; readonly reason: string };

export interface ProbeContext {
  readonly target: Target;
  /** Runs the tool once in a sandbox of its own, when its turn has come. */
  readonly run: (spec: RunSpec) => Promise<Observation>;
  /** Runs several one after another in the same sandbox. */
  readonly runInOrder: (specs: readonly RunSpec[]) => Promise<Observation[]>;
  /** What another probe saw. */
  readonly outcome: (name: ProbeName) => Promise<ProbeOutcome>;
  /** True when runs work on a copy of the working folder. */
  readonly isolates: boolean;
}

/** A named set of runs. It runs at most once, whatever the number of rules that look at it. */
export type Probe = (context: ProbeContext) => Promise<ProbeOutcome>;

export function ran(...runs: readonly Observation[]): ProbeOutcome {
  return { kind: "ran", runs };
}

export function notRun(reason: string): ProbeOutcome {
  return { kind: "not_run", reason };
}
