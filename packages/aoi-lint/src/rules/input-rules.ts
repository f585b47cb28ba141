import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import { finding, judgeRuns, missing, passed, told } from "./verdict.ts";

export const inputRules: readonly Rule[] = [
  {
    id: "IN-001",
    severity: "error",
    certainty: "found",
    title: "--input-jsonl - takes a good stream, and its own output",
    explain: "A stream that opens with aoi:meta and ends well leads to ok:true.",
    needs: ["input", "self-input"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["input"], also: ["self-input"] }, (run) => {
        const own = run.spec.label === "fed with its own output";
        const summary = summaryOf(run.stream);
        if (summary === undefined) return [finding(run, `${endingText(run)} without aoi:summary`)];
        if (summary.value["ok"] === true) return [];
        const [error] = run.stream.ofKind("error");
        // Another schema than it reads may be refused, if that is said.
        if (own && error?.value["category"] === "validation") return [];
        const code = told(error?.value["code"] ?? "no error");
        return [finding(run, `a good stream ends in ok:false (${code})`, error ?? summary)];
      }),
  },
  {
    id: "IN-002",
    severity: "error",
    certainty: "found",
    title: "a malformed line is a validation error with its number, and the rest is read",
    explain:
      "One aoi:error of category validation that names the line, then on with the next line, and ok:false at the end.",
    needs: ["input", "bad-input"],
    check: checkBadLine,
  },
  {
    id: "IN-003",
    severity: "error",
    certainty: "found",
    title: "an upstream that ends without a summary is an io error",
    explain: "It crashed: aoi:error of category io, and ok:false with partial:true.",
    needs: ["cut-input"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["cut-input"] }, (run) => {
        const errors = run.stream.ofKind("error");
        const found = notFailed(run, "the upstream's crash");
        if (!errors.some(({ value }) => value["category"] === "io")) {
          found.push(finding(run, "no aoi:error of category io", errors[0]));
        }
        return found;
      }),
  },
  {
    id: "IN-004",
    severity: "error",
    certainty: "found",
    title: "a failed upstream makes a failed command",
    explain:
      "ok:false and errors of the input are handed on: a pipeline is as good as its first part.",
    needs: ["failed-input"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["failed-input"] }, (run) => {
        const found = notFailed(run, "the upstream's failure");
        const told = summaryOf(run.stream)?.value["error_count"];
        const counted = typeof told === "number" && told > 0;
        // An upstream may fail without an error; then there is none to hand on.
        const hadError = run.spec.label === "fed with a failed stream";
        if (hadError && run.stream.ofKind("error").length === 0 && !counted) {
          found.push(finding(run, "the upstream's error is not handed on"));
        }
        return found;
      }),
  },
  {
    id: "IN-005",
    severity: "warn",
    certainty: "found",
    title: "unknown events, unknown fields and blank lines are no error",
    explain:
      "Schemas grow; a consumer that stops at what it does not know breaks with each of them.",
    needs: ["input", "strange-input"],
    check: (evidence) => sameResults(evidence, ["strange-input"]),
  },
  {
    id: "IN-006",
    severity: "warn",
    certainty: "proposed",
    title: "100 MB, CR LF, a byte order mark and a line of 10 MB are read in bounded memory",
    explain: "Read line by line with a cap, never the whole input; 256 MiB is the limit here.",
    needs: ["input", "large-input"],
    check: checkLargeInput,
  },
  {
    id: "PIPE-001",
    severity: "warn",
    certainty: "found",
    title: "a transformer writes before its input ends",
    explain:
      "Handle each line as it comes and flush: a pipeline is only as live as its slowest buffer.",
    needs: ["dripping-input"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["dripping-input"] }, (run) => {
        const patienceMs = Number(run.spec.about?.["patienceMs"]);
        const first = run.stream.events.find((event) => event.kind === "domain");
        if (first !== undefined && first.atMs < patienceMs) return [];
        const at = first === undefined ? "never" : `after ${Math.round(first.atMs)} ms`;
        return [
          finding(
            run,
            `the first result came ${at}; the rest of the input was held back for ${patienceMs} ms`,
            first,
          ),
        ];
      }),
  },
];

function notFailed(run: Observation, what: string): Finding[] {
  const summary = summaryOf(run.stream);
  if (summary === undefined) return [finding(run, `${endingText(run)} without aoi:summary`)];
  return summary.value["ok"] === false
    ? []
    : [finding(run, `${what} ends in ok:${told(summary.value["ok"])}`, summary)];
}

function checkBadLine(evidence: Evidence): Verdict {
  const [good] = evidence.runs("input");
  return judgeRuns(evidence, { required: ["bad-input"] }, (run) => {
    const found = notFailed(run, "a malformed line");
    const errors = run.stream.ofKind("error");
    const error = errors.find(({ value }) => value["category"] === "validation");
    if (error === undefined) {
      found.push(finding(run, "no aoi:error of category validation", errors[0]));
    } else if (!/\b2\b/.test(JSON.stringify(error.value))) {
      found.push(finding(run, "the error does not name line 2", error));
    }
    if (good !== undefined && run.stream.resultCount < good.stream.resultCount) {
      const rest = `${run.stream.resultCount} of ${good.stream.resultCount} results`;
      found.push(finding(run, `the lines after the malformed one were not read: ${rest}`));
    }
    return found;
  });
}

/** A stream that differs only in what must not matter leads to the same. */
function sameResults(evidence: Evidence, names: readonly ProbeName[]): Verdict {
  const [good] = evidence.runs("input");
  if (good === undefined) return missing(evidence, ["input"]) ?? passed;
  return judgeRuns(evidence, { required: names }, (run) => resultsAs(good, run));
}

function resultsAs(good: Observation, run: Observation): Finding[] {
  const summary = summaryOf(run.stream);
  if (summary === undefined) return [finding(run, `${endingText(run)} without aoi:summary`)];
  const expected = summaryOf(good.stream)?.value["ok"];
  if (summary.value["ok"] !== expected) {
    return [finding(run, `ok is ${told(summary.value["ok"])}`, summary)];
  }
  const { resultCount } = run.stream;
  return resultCount === good.stream.resultCount
    ? []
    : [finding(run, `${resultCount} results in place of ${good.stream.resultCount}`)];
}

const memoryLimitBytes = 256 * 1024 * 1024;

function checkLargeInput(evidence: Evidence): Verdict {
  const [good] = evidence.runs("input");
  if (good === undefined) return missing(evidence, ["input"]) ?? passed;
  return judgeRuns(evidence, { required: ["large-input"] }, (run) => {
    if (run.timedOut) return [finding(run, "did not end in its time")];
    if (summaryOf(run.stream) === undefined) {
      return [finding(run, `${endingText(run)} without aoi:summary`)];
    }
    const peak = run.peakMemoryBytes ?? 0;
    if (peak > memoryLimitBytes) {
      return [finding(run, `grew to ${Math.round(peak / 1024 / 1024)} MiB`)];
    }
    const mustRead = run.spec.label.endsWith("CR LF") || run.spec.label.endsWith("100 MB");
    return mustRead ? resultsAs(good, run) : [];
  });
}
