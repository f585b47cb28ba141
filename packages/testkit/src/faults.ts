import type { Conversation } from "./conversation.ts";
import { readAssignment } from "./markers.ts";
import type { FaultKind, Scenario, ScenarioFault } from "./scenario.ts";
import { WireError } from "./wire-error.ts";
import type { Dialect } from "./wire-error.ts";

function matches({ match }: ScenarioFault, conversation: Conversation): boolean {
  const assignment = readAssignment(conversation.items);
  const isPhase = assignment.phase !== undefined;
  return (
    (match.phase === undefined || match.phase === assignment.phase?.toUpperCase()) &&
    (match.title === undefined || match.title === assignment.title) &&
    (match.kind === undefined || (!isPhase && match.kind === assignment.kind)) &&
    (match.mode === undefined || (!isPhase && match.mode === assignment.mode)) &&
    (match.attempt === undefined || match.attempt === assignment.attempt) &&
    (match.results === undefined || match.results === assignment.resultCount)
  );
}

/** Counts how often each fault of a scenario has struck; the only state a model server keeps. */
export class FaultBook {
  readonly #faults: { readonly fault: ScenarioFault; left: number }[];

  constructor(scenario: Scenario) {
    this.#faults = scenario.faults.map((fault) => {
      return { fault, left: fault.times === "always" ? Number.POSITIVE_INFINITY : fault.times };
    });
  }

  /** The fault that strikes this request, if any; it is spent by asking. */
  take(conversation: Conversation): FaultKind | undefined {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && matches(fault, conversation));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault.fault;
  }
}

/** The refusal a fault stands for; `undefined` for those that spoil an answer instead. */
export function faultRefusal(dialect: Dialect, fault: FaultKind): WireError | undefined {
  switch (fault.kind) {
    case "rate_limit":
      return new WireError(429, "Rate limit reached; try again after the time in retry-after.", {
        code: "rate_limit_exceeded",
        headers: { "retry-after": String(fault.retry_after_s) },
      });
    case "overloaded":
      return new WireError(dialect === "anthropic" ? 529 : 503, "Overloaded; try again later.");
    case "status":
      return new WireError(
        fault.status,
        fault.message ?? `The scenario refuses this request with status ${fault.status}.`,
      );
    default:
      return undefined;
  }
}
