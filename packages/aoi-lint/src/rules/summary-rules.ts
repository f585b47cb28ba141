import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Evidence } from "../probes/evidence.ts";
import type { Observation } from "../runner/observation.ts";
import { lastEvent, summaryOf } from "../runner/stream.ts";
import { failingRuns, noFailure } from "./failing-runs.ts";
import { finding, judgeRuns, missing, notVerified, verdictOf, told, aSummary } from "./verdict.ts";

const failing = ["bad-flag", "failures"] as const;

export const summaryRules: readonly Rule[] = [
  {
    id: "SUM-001",
    severity: "error",
    certainty: "found",
    title: "the last event is the one aoi:summary",
    explain:
      "A stream without a summary at its end is how a consumer knows of a crash. Write it once, last, after everything else is written.",
    needs: ["base", ...failing],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: failing }, (run) =>
        run.spec.label === "as given" ? closingFindings(run) : doubleSummaries(run),
      ),
  },
  {
    id: "SUM-002",
    severity: "error",
    certainty: "found",
    title: "the summary has a boolean ok and a count from 0",
    explain: "`ok: true` is the only honest sign of success, `count` the number of results.",
    needs: ["base", ...failing],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: failing, needs: aSummary }, (run) => {
        const summary = summaryOf(run.stream);
        if (summary === undefined) return [];
        const { ok, count } = summary.value;
        const found: Finding[] = [];
        if (typeof ok !== "boolean") {
          found.push(finding(run, `ok is ${JSON.stringify(ok) ?? "absent"}, no boolean`, summary));
        }
        if (!isCount(count)) {
          found.push(finding(run, `count is ${JSON.stringify(count) ?? "absent"}`, summary));
        }
        return found;
      }),
  },
  {
    id: "SUM-003",
    severity: "error",
    certainty: "found",
    title: "count is the number of result events",
    explain:
      "Results are everything but meta, summary, warning, error, progress and heartbeat: domain events, checks, plans, artifacts. Off by two means that meta and summary were counted.",
    needs: ["base", "narrow-pipe", "large", ...failing],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["base"], also: ["narrow-pipe", "large", ...failing], needs: aSummary },
        countFindings,
      ),
  },
  {
    id: "SUM-004",
    severity: "error",
    certainty: "proposed",
    title: "warning_count and error_count, when given, are the numbers of those events",
    explain: "A count that is not counted from what was written is a guess.",
    needs: ["base", ...failing],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: failing, needs: aSummary }, (run) => [
        ...namedCount(run, "warning_count", "warning"),
        ...namedCount(run, "error_count", "error"),
      ]),
  },
  {
    id: "SUM-005",
    severity: "error",
    certainty: "found",
    title: "ok:true never follows an aoi:error, unless partial is declared",
    explain:
      "A consumer that believes ok:true would miss the error. What can be gone on from is an aoi:warning.",
    needs: ["base", ...failing],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: failing, needs: aSummary }, (run) => {
        const summary = summaryOf(run.stream);
        const [error] = run.stream.ofKind("error");
        if (summary?.value["ok"] !== true || summary.value["partial"] === true) return [];
        return error === undefined
          ? []
          : [finding(run, `ok:true after the error ${told(error.value["code"])}`, summary)];
      }),
  },
  {
    id: "SUM-006",
    severity: "warn",
    certainty: "proposed",
    title: "elapsed_ms is the time the command took",
    explain: "Measured with a monotonic clock from start to summary, in milliseconds.",
    needs: ["base", "again"],
    check: checkElapsed,
  },
  {
    id: "SUM-007",
    severity: "error",
    certainty: "found",
    title: "a failing command ends in a summary too, with ok:false",
    explain:
      "Bad flag, missing resource, no permission: each is an aoi:error and a summary with ok:false, never help text or silence on stdout.",
    needs: [...failing],
    check: (evidence) => {
      const runs = failingRuns(evidence);
      if (runs.length === 0) return notVerified(noFailure(evidence));
      return verdictOf(
        runs.flatMap((run) => {
          const summary = summaryOf(run.stream);
          if (summary === undefined) return [finding(run, "failed without aoi:summary")];
          const last = lastEvent(run.stream);
          if (last?.kind !== "summary") {
            return [finding(run, `${last?.type} stands after the summary`, last)];
          }
          return summary.value["ok"] === true
            ? [finding(run, "failed, and the summary says ok:true", summary)]
            : [];
        }),
      );
    },
  },
];

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function closingFindings(run: Observation): Finding[] {
  const summaries = run.stream.ofKind("summary");
  const last = lastEvent(run.stream);
  if (summaries.length === 0) {
    const message = run.timedOut
      ? "it did not end in time and wrote no aoi:summary"
      : "the stream ends without aoi:summary";
    return [finding(run, message, last)];
  }
  if (last?.kind !== "summary") {
    return [finding(run, `${last?.type} stands after the summary`, last)];
  }
  return doubleSummaries(run);
}

function doubleSummaries(run: Observation): Finding[] {
  const second = run.stream.ofKind("summary")[1];
  return second === undefined ? [] : [finding(run, "a second aoi:summary", second)];
}

function countFindings(run: Observation): Finding[] {
  const summary = summaryOf(run.stream);
  const count = summary?.value["count"];
  if (summary === undefined || !isCount(count)) return [];
  const { resultCount, eventCount } = run.stream;
  if (count === resultCount) return [];
  const framework = count === eventCount ? ": every event was counted, meta and summary too" : "";
  const message = `count is ${count} and ${resultCount} result events were written${framework}`;
  return [finding(run, message, summary)];
}

function namedCount(
  run: Observation,
  field: "warning_count" | "error_count",
  kind: "warning" | "error",
): Finding[] {
  const summary = summaryOf(run.stream);
  const told = summary?.value[field];
  const seen = run.stream.ofKind(kind).length;
  // A thousand of a kind are kept; beyond that they are not counted here.
  if (summary === undefined || told === undefined || seen >= 1000) return [];
  return told === seen
    ? []
    : [finding(run, `${field} is ${JSON.stringify(told)} and ${seen} were written`, summary)];
}

function checkElapsed(evidence: Evidence): Verdict {
  const told = [...evidence.runs("base"), ...evidence.runs("again")].filter(
    (run) => summaryOf(run.stream)?.value["elapsed_ms"] !== undefined,
  );
  const [first] = told;
  if (first !== undefined && first.durationMs === 0) {
    return notVerified("a recorded stream does not tell how long it took");
  }
  if (first === undefined) {
    return missing(evidence, ["base"]) ?? notVerified("the summary has no elapsed_ms");
  }
  // The start of an interpreter is not the tool's time: too short is judged only against what came after meta.
  const findings = told.flatMap((run) => {
    const summary = summaryOf(run.stream);
    const elapsed = summary?.value["elapsed_ms"];
    if (typeof elapsed !== "number" || !Number.isFinite(elapsed) || elapsed < 0) {
      return [finding(run, `elapsed_ms is ${JSON.stringify(elapsed)}`, summary)];
    }
    const atLeast = (run.stream.tail.at(-1)?.atMs ?? 0) - (run.firstLineMs ?? 0);
    if (elapsed > run.durationMs * 1.2 + 200 || elapsed < atLeast * 0.8 - 200) {
      const wall = Math.round(run.durationMs);
      return [finding(run, `elapsed_ms is ${elapsed}; the command took ${wall} ms`, summary)];
    }
    return [];
  });
  return verdictOf(findings);
}
