import type { Check } from "../lint.ts";
import type { ReportSubject } from "./report.ts";
import { weightOf } from "./report.ts";

/** TAP 14: a test point per rule; what was not verified is skipped, a warning that does not fail is a to-do. */
export function tapReport(checks: readonly Check[], subject: ReportSubject): string {
  const points = checks.map((check, index) => pointOf(check, index + 1, subject));
  return ["TAP version 14", `1..${checks.length}`, ...points, ""].join("\n");
}

function pointOf(check: Check, number: number, subject: ReportSubject): string {
  const name = `${check.rule} - ${plain(check.title)}`;
  switch (weightOf(check, subject.profile)) {
    case "passed":
      return `ok ${number} - ${name}`;
    case "not_verified":
      return `ok ${number} - ${name} # SKIP ${plain(check.reason ?? "not verified")}`;
    case "warned":
      return `not ok ${number} - ${name} # TODO ${check.severity}\n${diagnosis(check)}`;
    case "failed":
      return `not ok ${number} - ${name}\n${diagnosis(check)}`;
  }
}

function diagnosis(check: Check): string {
  const items = check.findings.flatMap((finding) => [
    `    - message: ${JSON.stringify(finding.message)}`,
    ...(finding.line === undefined ? [] : [`      line: ${finding.line}`]),
    ...(finding.offset === undefined ? [] : [`      offset: ${finding.offset}`]),
    `      reproduce: ${JSON.stringify(finding.reproduce)}`,
  ]);
  return ["  ---", `  severity: ${check.severity}`, "  findings:", ...items, "  ..."].join("\n");
}

/** `#` opens a directive and a line break ends the point. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("\\", "\\\\").replaceAll("#", "\\#");
}
