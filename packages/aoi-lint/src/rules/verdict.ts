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

export interface Judged {
  /** The verdict is passed only when all of these ran. */
  readonly required: readonly ProbeName[];
  /** Looked at too, and may be missing. */
  readonly also?: readonly ProbeName[];
  /** What a run must have for the rule to say anything: where no run has it, nothing was verified. */
  readonly needs?: { readonly what: string; readonly in: (run: Observation) => boolean };
}

/** Judges every run of the probes named. */
export function judgeRuns(
  evidence: Evidence,
  { required, also = [], needs }: Judged,
  check: (run: Observation) => readonly Finding[],
): Verdict {
  const runs = [...required, ...also].flatMap((name) => evidence.runs(name));
  const findings = runs.flatMap(check);
  if (findings.length > 0) return verdictOf(findings);
  const absent = missing(evidence, required);
  if (absent !== undefined) return absent;
  return needs === undefined || runs.some((run) => needs.in(run))
    ? passed
    : notVerified(`there is no ${needs.what} to look at`);
}

export const anEvent: NonNullable<Judged["needs"]> = {
  what: "event",
  in: ({ stream }) => stream.eventCount > 0,
};

export const aSummary: NonNullable<Judged["needs"]> = {
  what: "aoi:summary",
  in: ({ stream }) => stream.ofKind("summary").length > 0,
};

export const aMeta: NonNullable<Judged["needs"]> = {
  what: "aoi:meta",
  in: ({ stream }) => stream.ofKind("meta").length > 0,
};

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
