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
