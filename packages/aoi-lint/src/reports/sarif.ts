import type { Check } from "../lint.ts";
import type { Rule } from "../rule.ts";
import { rules } from "../rules/table.ts";
import type { ReportSubject } from "./report.ts";
import { weightOf } from "./report.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/** SARIF 2.1.0: one result per finding, rules that were not verified as results of kind `open`. */
export function sarifReport(checks: readonly Check[], subject: ReportSubject): string {
  const looked = rules.filter((rule) => checks.some((check) => check.rule === rule.id));
  const results = checks.flatMap((check) =>
    resultsOf(
      check,
      looked.findIndex((rule) => rule.id === check.rule),
      subject,
    ),
  );
  const driver = {
    name: "aoi-lint",
    version: subject.linterVersion,
    semanticVersion: subject.linterVersion,
    rules: looked.map(descriptor),
  };
  const invocations = [{ commandLine: subject.command, executionSuccessful: true }];
  const run = {
    tool: { driver },
    invocations,
    columnKind: "utf16CodeUnits",
    properties: { profile: subject.profile },
    results,
  };
  return `${JSON.stringify({ $schema: schema, version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

function descriptor(rule: Rule) {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.explain },
    defaultConfiguration: { level: levelOf(rule.severity) },
    properties: { certainty: rule.certainty },
  };
}

function levelOf(severity: Rule["severity"]): string {
  if (severity === "info") return "note";
  return severity === "warn" ? "warning" : "error";
}

function resultsOf(check: Check, ruleIndex: number, subject: ReportSubject) {
  const base = { ruleId: check.rule, ruleIndex };
  if (check.verdict === "passed") {
    return [{ ...base, kind: "pass", level: "none", message: { text: check.title } }];
  }
  if (check.verdict === "not_verified") {
    const text = `not verified: ${check.reason ?? "unknown reason"}`;
    return [{ ...base, kind: "open", level: "none", message: { text } }];
  }
  const failed = weightOf(check, subject.profile) === "failed";
  const level = failed ? "error" : levelOf(check.severity);
  return check.findings.map((finding) => ({
    ...base,
    kind: "fail",
    level,
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "stdout.jsonl", description: { text: "standard output" } },
          ...(finding.line === undefined
            ? {}
            : {
                region: {
                  startLine: finding.line,
                  ...(finding.offset === undefined ? {} : { byteOffset: finding.offset }),
                },
              }),
        },
      },
    ],
    properties: { reproduce: finding.reproduce },
  }));
}
