import type { Observation } from "../runner/observation.ts";
import type { Target } from "../target.ts";
import type { ProbeName, ProbeOutcome } from "./probe.ts";

/** What the probes a rule needs have seen. */
export interface Evidence {
  readonly target: Target;
  readonly outcome: (name: ProbeName) => ProbeOutcome;
  /** Of one probe; empty when it did not run. */
  readonly runs: (name: ProbeName) => readonly Observation[];
}

export function evidenceOf(
  target: Target,
  outcomes: ReadonlyMap<ProbeName, ProbeOutcome>,
): Evidence {
  const outcome = (name: ProbeName): ProbeOutcome => {
    const found = outcomes.get(name);
    if (found === undefined) throw new TypeError(`a rule looks at ${name} and does not need it`);
    return found;
  };
  return {
    target,
    outcome,
    runs: (name) => {
      const found = outcome(name);
      return found.kind === "ran" ? found.runs : [];
    },
  };
}
