import { errorCategories, exitCodes } from "@aomori/protocol";
import type { Evidence } from "../probes/evidence.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText, exitStatus } from "../runner/observation.ts";
import type { ScannedEvent } from "../runner/stream.ts";
import { summaryOf } from "../runner/stream.ts";
import { failingRuns, hasFailed, noFailure } from "./failing-runs.ts";
import { finding, judgeRuns, missing, notVerified, passed, verdictOf, told } from "./verdict.ts";

const induced = ["base", "bad-flag", "failures"] as const;
const upperSnake = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

export const errorRules: readonly Rule[] = [
  {
    id: "ERR-001",
    severity: "error",
    certainty: "found",
    title: "an aoi:error has code, category, message and retryable",
    explain:
      "code and category are strings a program decides by, message is for people, retryable says whether the same call may succeed later.",
    needs: induced,
    check: (evidence) => judgeErrors(evidence, fieldFindings),
  },
  {
    id: "ERR-002",
    severity: "error",
    certainty: "found",
    title: "the category is one of the standard's fourteen",
    explain: `A consumer knows these and no others: ${errorCategories.join(", ")}.`,
    needs: induced,
    check: (evidence) =>
      judgeErrors(evidence, (run, error) => {
        const { category } = error.value;
        return typeof category !== "string" || isCategory(category)
          ? []
          : [finding(run, `"${category}" is no category of AOI-CLI`, error)];
      }),
  },
  {
    id: "ERR-003",
    severity: "warn",
    certainty: "found",
    title: "retryable agrees with the category",
    explain:
      "rate_limited, temporary and timeout may be retried, the others not; authn and conflict may say either.",
    needs: induced,
    check: (evidence) => judgeErrors(evidence, retryableFindings),
  },
  {
    id: "ERR-004",
    severity: "warn",
    certainty: "proposed",
    title: "rate_limited and temporary errors say retry_after_ms",
    explain: "Without it every consumer invents its own back-off.",
    needs: induced,
    check: (evidence) => {
      const errors = errorsOf(evidence).filter(([, { value }]) =>
        ["rate_limited", "temporary"].includes(told(value["category"])),
      );
      if (errors.length === 0) {
        return notVerified(
          'no rate_limited or temporary error was seen; provoke one with "failures" in aoi.lint.json',
        );
      }
      return verdictOf(
        errors.flatMap(([run, error]) => {
          const wait = error.value["retry_after_ms"];
          return typeof wait === "number" && Number.isSafeInteger(wait) && wait >= 0
            ? []
            : [finding(run, `retry_after_ms is ${JSON.stringify(wait) ?? "absent"}`, error)];
        }),
      );
    },
  },
  {
    id: "ERR-005",
    severity: "warn",
    certainty: "proposed",
    title: "codes are UPPER_SNAKE, and the same for the same failure",
    explain: "A code is a name programs compare: stable, in English, in capitals.",
    needs: [...induced, "locales"],
    check: (evidence) => {
      const verdict = judgeErrors(evidence, (run, error) => {
        const { code } = error.value;
        return typeof code !== "string" || upperSnake.test(code)
          ? []
          : [finding(run, `the code "${code}" is not UPPER_SNAKE`, error)];
      });
      return verdict.kind === "passed" ? verdictOf(changingCodes(evidence)) : verdict;
    },
  },
  {
    id: "ERR-006",
    severity: "error",
    certainty: "proposed",
    title: "an unknown flag is a usage error, exit 64, in the stream",
    explain:
      "A flag that is ignored does something else than was asked for; help text on stdout is no answer to a program.",
    needs: ["bad-flag"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["bad-flag"] }, (run) => {
        if (!hasFailed(run)) return [finding(run, "an unknown flag was accepted")];
        const [error] = run.stream.ofKind("error");
        if (error === undefined) return [finding(run, "refused without an aoi:error")];
        const found: Finding[] = [];
        const { category } = error.value;
        if (category !== "usage") {
          found.push(finding(run, `an unknown flag is "${told(category)}", not usage`, error));
        }
        const expected = evidence.target.recipe.exitCodes?.usage ?? exitCodes.usage;
        if (exitStatus(run) !== expected) {
          found.push(finding(run, `an unknown flag ends with ${endingText(run)}, not ${expected}`));
        }
        return found;
      }),
  },
  {
    id: "ERR-007",
    severity: "error",
    certainty: "proposed",
    title: "a provoked failure has the category it should have",
    explain:
      "What is missing is not_found, what is malformed is validation; internal is for bugs of the tool.",
    needs: ["failures"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["failures"] }, (run) => {
        const expected = run.spec.about?.["category"];
        const errors = run.stream.ofKind("error");
        if (errors.some(({ value }) => value["category"] === expected)) return [];
        const found = errors.map(({ value }) => told(value["category"])).join(", ");
        const message = `expected an error of category ${expected}, saw ${found || "none"}`;
        return [finding(run, message, errors[0])];
      }),
  },
  {
    id: "ERR-008",
    severity: "error",
    certainty: "proposed",
    title: "no stack trace in the stream, nor unasked on stderr",
    explain:
      "A stack trace is for the tool's author: on standard error when debugging is asked for, in the stream never.",
    needs: induced,
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, traceFindings),
  },
];

export function isCategory(value: unknown): value is (typeof errorCategories)[number] {
  return errorCategories.some((category) => category === value);
}

function errorsOf(evidence: Evidence): [Observation, ScannedEvent][] {
  return induced
    .flatMap((name) => evidence.runs(name))
    .flatMap((run) =>
      run.stream.ofKind("error").map((error): [Observation, ScannedEvent] => [run, error]),
    );
}

/** An unknown flag has one code, in every locale. */
function changingCodes(evidence: Evidence): Finding[] {
  const [known] = evidence.runs("bad-flag").flatMap((run) => run.stream.ofKind("error"));
  return evidence.runs("locales").flatMap((run) => {
    const [error] = run.stream.ofKind("error");
    if (known === undefined || error === undefined) return [];
    if (run.spec.about?.["failing"] === undefined) return [];
    const [code, before] = [error.value["code"], known.value["code"]];
    return code === before
      ? []
      : [finding(run, `the code was ${String(before)} and is ${String(code)}`, error)];
  });
}

function judgeErrors(
  evidence: Evidence,
  check: (run: Observation, error: ScannedEvent) => Finding[],
): Verdict {
  const errors = errorsOf(evidence);
  const findings = errors.flatMap(([run, error]) => check(run, error));
  if (findings.length > 0) return verdictOf(findings);
  const silent = failingRuns(evidence).filter((run) => run.stream.ofKind("error").length === 0);
  if (errors.length === 0) {
    const [run] = silent;
    if (run !== undefined && summaryOf(run.stream) !== undefined) {
      return verdictOf([finding(run, "failed without an aoi:error that says why")]);
    }
    return missing(evidence, ["base"]) ?? notVerified(noFailure(evidence));
  }
  return passed;
}

function fieldFindings(run: Observation, error: ScannedEvent): Finding[] {
  const { code, category, message, retryable } = error.value;
  const found: Finding[] = [];
  const texts = { code, category, message };
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value !== "string" || value === "") {
      const is = JSON.stringify(value) ?? "absent";
      found.push(finding(run, `aoi:error needs the string "${name}"; it is ${is}`, error));
    }
  }
  if (typeof retryable !== "boolean") {
    const is = JSON.stringify(retryable) ?? "absent";
    found.push(finding(run, `aoi:error needs the boolean "retryable"; it is ${is}`, error));
  }
  return found;
}

const eitherWay: readonly string[] = ["authn", "conflict"];
const retried: readonly string[] = ["rate_limited", "temporary", "timeout"];

function retryableFindings(run: Observation, error: ScannedEvent): Finding[] {
  const { category, retryable } = error.value;
  if (typeof category !== "string" || typeof retryable !== "boolean") return [];
  if (!isCategory(category) || eitherWay.includes(category)) return [];
  // io and internal may be passing too; that a usage error is worth repeating is never true.
  if (retryable && ["io", "internal", "partial", "cancelled"].includes(category)) return [];
  if (retryable === retried.includes(category)) return [];
  return [finding(run, `retryable is ${retryable} for the category ${category}`, error)];
}

const traces: readonly RegExp[] = [
  /\n\s+at .+\(?[^\s()]+:\d+:\d+\)?/,
  /Traceback \(most recent call last\)/,
  /thread '.*' panicked at/,
  /^goroutine \d+ \[/m,
  /\n\s+from .+:\d+:in [`']/,
  /\n\tat [\w.$]+\([\w.]+:\d+\)/,
];

function traceFindings(run: Observation): Finding[] {
  const found: Finding[] = [];
  for (const event of run.stream.ofKind("error")) {
    const text = Object.values(event.value)
      .filter((value) => typeof value === "string")
      .join("\n");
    if (traces.some((trace) => trace.test(text))) {
      found.push(finding(run, "a stack trace in aoi:error", event));
    }
  }
  if (traces.some((trace) => trace.test(run.head) && !found.length)) {
    const torn = run.stream.problems.find((problem) => problem.kind === "not-json");
    if (torn !== undefined) found.push(finding(run, "a stack trace on stdout", torn));
  }
  if (traces.some((trace) => trace.test(`\n${run.stderr}`))) {
    found.push(finding(run, "a stack trace on stderr"));
  }
  return found.slice(0, 3);
}
