import type { Check } from "../lint.ts";
import type { ReportSubject } from "./report.ts";
import { tallyOf, weightOf, xmlText } from "./report.ts";

/** JUnit XML: a test case per rule; what was not verified is skipped, with its reason. */
export function junitReport(checks: readonly Check[], subject: ReportSubject): string {
  const tally = tallyOf(checks, subject.profile);
  const counts = `tests="${checks.length}" failures="${tally.failed}" errors="0" skipped="${tally.notVerified}"`;
  const name = xmlText(`aoi-lint ${subject.profile}: ${subject.command}`);
  const cases = checks.map((check) => caseOf(check, subject)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="${name}" ${counts}>\n${cases}  </testsuite>\n</testsuites>\n`;
}

function caseOf(check: Check, subject: ReportSubject): string {
  const open = `    <testcase classname="aoi.${check.family}" name="${xmlText(`${check.rule} ${check.title}`)}"`;
  const weight = weightOf(check, subject.profile);
  if (weight === "passed") return `${open}/>\n`;
  if (weight === "not_verified") {
    return `${open}><skipped message="${xmlText(check.reason ?? "")}"/></testcase>\n`;
  }
  const text = check.findings
    .map((finding) => `${finding.message}\n$ ${finding.reproduce}`)
    .join("\n");
  const first = xmlText(check.findings[0]?.message ?? check.title);
  return weight === "failed"
    ? `${open}><failure type="${check.severity}" message="${first}">${xmlText(text)}</failure></testcase>\n`
    : `${open}><system-out>${xmlText(text)}</system-out></testcase>\n`;
}
