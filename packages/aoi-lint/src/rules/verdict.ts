import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";

const maxFindings = 8;

/** A value from a stream as part of a sentence. */
export function told(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "absent");
}

export const passed: Verdict = { kind: "passed" };

export function notVerified(reason: string): Verdict {
  return { kind: "not_verified", reason };
}

export function verdictOf(findings: readonly Finding[]): Verdict {
  return findings.length === 0
    ? passed
    : { kind: "failed", findings: findings.slice(0, maxFindings) };
}

/** What a run shows, with the place in its stream when there is one. */
export function finding(
  run: Observation,
  message: string,
  place?: { readonly line: number; readonly offset: number },
): Finding {
  const where = run.spec.label === "as given" ? "" : ` (${run.spec.label})`;
  return {
    message: `${message}${where}`,
    ...(place === undefined ? {} : { line: place.line, offset: place.offset }),
    reproduce: run.reproduce,
  };
}

/**
 * Judges every run of the probes named. Without a finding the verdict is passed only when all of `required` ran;
 * `also` may be missing.
 */
export function judgeRuns(
  evidence: Evidence,
  probes: { readonly required: readonly ProbeName[]; readonly also?: readonly ProbeName[] },
  check: (run: Observation) => readonly Finding[],
): Verdict {
  const names = [...probes.required, ...(probes.also ?? [])];
  const findings = names.flatMap((name) => evidence.runs(name).flatMap(check));
  if (findings.length > 0) return verdictOf(findings);
  return missing(evidence, probes.required) ?? passed;
}

/** Why the first of these probes that did not run did not. */
export function missing(evidence: Evidence, names: readonly ProbeName[]): Verdict | undefined {
  for (const name of names) {
    const outcome = evidence.outcome(name);
    if (outcome.kind === "not_run") return notVerified(outcome.reason);
  }
  return undefined;
}

/** What a check of one run may answer: a reason means that it shows nothing. */
export type Look =
  | { readonly kind: "shown"; readonly findings: readonly Finding[] }
  | { readonly kind: "unclear"; readonly reason: string };

export function shown(...findings: readonly Finding[]): Look {
  return { kind: "shown", findings };
}

export function unclear(reason: string): Look {
  return { kind: "unclear", reason };
}

/** Passed when at least one run shows that the rule is kept and none shows that it is broken. */
export function judgeLooks(
  evidence: Evidence,
  names: readonly ProbeName[],
  look: (run: Observation) => Look,
): Verdict {
  const looks = names.flatMap((name) => evidence.runs(name).map(look));
  const findings = looks.flatMap((seen) => (seen.kind === "shown" ? seen.findings : []));
  if (findings.length > 0) return verdictOf(findings);
  if (looks.some((seen) => seen.kind === "shown")) return passed;
  const reasons = looks.flatMap((seen) => (seen.kind === "unclear" ? [seen.reason] : []));
  return missing(evidence, names) ?? notVerified(reasons[0] ?? "nothing was run");
}
