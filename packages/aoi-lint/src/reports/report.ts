import type { Check } from "../lint.ts";
import type { Profile } from "../profile.ts";
import { warningsFail } from "../profile.ts";

/** What a report is about. */
export interface ReportSubject {
  /** The linted command line, as a shell reads it. */
  readonly command: string;
  readonly profile: Profile;
  readonly linterVersion: string;
  /** From the tool's meta, when it was seen. */
  readonly tool?: string;
  readonly toolVersion?: string;
}

export interface Tally {
  readonly passed: number;
  /** Failed rules that make the tool fail in this profile. */
  readonly failed: number;
  /** Failed rules that do not. */
  readonly warned: number;
  readonly notVerified: number;
}

export const reportFormats = ["sarif", "junit", "tap", "github", "html"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** How a check counts in a profile. */
export type Weight = "passed" | "failed" | "warned" | "not_verified";

export function weightOf(check: Pick<Check, "verdict" | "severity">, profile: Profile): Weight {
  if (check.verdict !== "failed") return check.verdict;
  if (check.severity === "error") return "failed";
  return check.severity === "warn" && warningsFail(profile) ? "failed" : "warned";
}

export function tallyOf(checks: readonly Check[], profile: Profile): Tally {
  const count = (weight: Weight): number =>
    checks.filter((check) => weightOf(check, profile) === weight).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    warned: count("warned"),
    notVerified: count("not_verified"),
  };
}

/** Nothing failed, and something was looked at: a tool about which nothing is known has not passed. */
export function conforms(tally: Tally): boolean {
  return tally.failed === 0 && tally.passed > 0;
}

/** Characters XML cannot hold, and those that mean something to it. */
export function xmlText(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- the control characters are what XML 1.0 forbids
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD")
      .toWellFormed()
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
