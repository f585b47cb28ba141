import type { Evidence } from "../probes/evidence.ts";
import type { Observation } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";

/** True when a run told of a failure, by its summary, an error or its exit status. */
export function hasFailed(run: Observation): boolean {
  const summary = summaryOf(run.stream);
  if (summary?.value["ok"] === false) return true;
  if (run.ending.kind === "exited") return run.ending.code !== 0;
  return run.ending.kind === "signalled";
}

/** The runs made to fail that did fail: the unknown flag, and what the recipe provokes. */
export function failingRuns(evidence: Evidence): Observation[] {
  return [...evidence.runs("bad-flag"), ...evidence.runs("failures")].filter(hasFailed);
}

/** Why there is no failing run to look at. */
export function noFailure(evidence: Evidence): string {
  const flag = evidence.outcome("bad-flag");
  if (flag.kind === "not_run") return flag.reason;
  return 'an unknown flag is no failure to this tool; provoke one with "failures" in aoi.lint.json';
}
