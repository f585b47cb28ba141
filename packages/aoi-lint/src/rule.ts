import type { Evidence } from "./probes/evidence.ts";
import type { ProbeName } from "./probes/probe.ts";

/** `error` fails a run, `warn` fails it in strict profiles only, `info` never does. */
export type Severity = "error" | "warn" | "info";

/** `found`: the standard says so; `proposed`: the standard is silent and this is our reading, to be switched off by profile. */
export type Certainty = "found" | "proposed";

/** What breaks a rule, and the evidence: where in which stream, or the command that shows it again. */
export interface Finding {
  readonly message: string;
  /** Byte offset in the tool's stdout. */
  readonly offset?: number;
  /** 1-based. */
  readonly line?: number;
  /** A shell command that reproduces it. */
  readonly reproduce: string;
}

/** What was not looked at is never counted as passed. */
export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly findings: readonly Finding[] }
  | { readonly kind: "not_verified"; readonly reason: string };

/** A rule is plain data and one pure function over what the probes saw. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  /** What a conforming tool does, in one line. */
  readonly title: string;
  /** Why it matters and how to mend it. */
  readonly explain: string;
  /** The probes it looks at; each runs at most once, whatever the number of rules. */
  readonly needs: readonly ProbeName[];
  readonly check: (evidence: Evidence) => Verdict;
}
