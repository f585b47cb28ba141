import type { Check } from "../lint.ts";
import type { ReportSubject } from "./report.ts";
import { tallyOf, weightOf } from "./report.ts";

/** Workflow commands of GitHub Actions: an annotation per finding, and one line with the numbers. */
export function githubReport(checks: readonly Check[], subject: ReportSubject): string {
  const { passed, failed, warned, notVerified } = tallyOf(checks, subject.profile);
  const lines = checks.flatMap((check) => {
    const weight = weightOf(check, subject.profile);
    const level = weight === "failed" ? "error" : "warning";
    return check.findings.map((finding) => {
      const title = property(`${check.rule} ${check.title}`);
      return `::${level} title=${title}::${data(`${finding.message}\n$ ${finding.reproduce}`)}`;
    });
  });
  const numbers = `${passed} passed, ${failed} failed, ${warned} warned, ${notVerified} not verified`;
  return [
    ...lines,
    `::notice title=aoi-lint ${subject.profile}::${data(`${subject.command}: ${numbers}`)}`,
    "",
  ].join("\n");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
