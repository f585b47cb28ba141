import type { StreamedEvent } from "@aomori/command";
import type { Check } from "../lint.ts";
import type { Profile } from "../profile.ts";
import { familyOf, inProfile, profiles } from "../profile.ts";
import type { ReportSubject, Tally } from "../reports/report.ts";
import { conforms, weightOf } from "../reports/report.ts";
import type { Rule } from "../rule.ts";

/**
 * A rule's verdict as an event. What was not verified is not `ok`, and of severity info; a warning that fails in this
 * profile is an error here.
 */
export function checkEvent(check: Check, profile: Profile): StreamedEvent {
  const weight = weightOf(check, profile);
  const [first] = check.findings;
  return {
    type: "aoi:check",
    name: check.rule,
    ok: weight === "passed",
    severity: severityOf(check, weight === "failed"),
    detail: first?.message ?? check.reason ?? check.title,
    verdict: check.verdict,
    title: check.title,
    certainty: check.certainty,
    ...(first?.line === undefined ? {} : { line: first.line }),
    ...(first?.offset === undefined ? {} : { offset: first.offset }),
    ...(first === undefined ? {} : { reproduce: first.reproduce }),
    ...(check.findings.length > 1 ? { findings: check.findings } : {}),
  };
}

function severityOf({ verdict, severity }: Check, fails: boolean): Check["severity"] {
  if (verdict !== "failed") return "info";
  if (fails) return "error";
  // A failing check of severity error would fail the run.
  return severity === "error" ? "warn" : severity;
}

export function reportEvent(
  subject: ReportSubject,
  tally: Tally,
  markdown?: string,
): StreamedEvent {
  return {
    type: "report",
    command: subject.command,
    profile: subject.profile,
    conforms: conforms(tally),
    passed: tally.passed,
    failed: tally.failed,
    warned: tally.warned,
    not_verified: tally.notVerified,
    linter_version: subject.linterVersion,
    ...(subject.tool === undefined ? {} : { tool: subject.tool }),
    ...(subject.toolVersion === undefined ? {} : { tool_version: subject.toolVersion }),
    ...(markdown === undefined ? {} : { badge_markdown: markdown }),
  };
}

export function ruleEvent(rule: Rule): StreamedEvent {
  return {
    type: "rule",
    id: rule.id,
    family: familyOf(rule.id),
    severity: rule.severity,
    certainty: rule.certainty,
    profiles: profiles.filter((profile) => inProfile(rule, profile)),
    title: rule.title,
    explain: rule.explain,
    needs: rule.needs,
  };
}
