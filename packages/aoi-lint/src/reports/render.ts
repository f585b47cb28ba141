import type { Check } from "../lint.ts";
import { githubReport } from "./github.ts";
import { htmlReport } from "./html.ts";
import { junitReport } from "./junit.ts";
import type { ReportFormat, ReportSubject } from "./report.ts";
import { sarifReport } from "./sarif.ts";
import { tapReport } from "./tap.ts";

type Render = (checks: readonly Check[], subject: ReportSubject) => string;

const renderers: Readonly<Record<ReportFormat, Render>> = {
  sarif: sarifReport,
  junit: junitReport,
  tap: tapReport,
  github: githubReport,
  html: htmlReport,
};

export const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  sarif: "application/sarif+json",
  junit: "application/xml",
  tap: "text/x-tap",
  github: "text/plain",
  html: "text/html",
};

export function renderReport(
  format: ReportFormat,
  checks: readonly Check[],
  subject: ReportSubject,
): string {
  return renderers[format](checks, subject);
}
