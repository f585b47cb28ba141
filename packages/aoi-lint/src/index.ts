export type { Certainty, Finding, Severity, Verdict } from "./rule.ts";
