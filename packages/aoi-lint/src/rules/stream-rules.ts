import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import type { LineProblemKind } from "../runner/stream.ts";
import { summaryOf } from "../runner/stream.ts";
import { firstDifference, volatilePaths } from "./compare-streams.ts";
import { finding, judgeRuns, missing, passed, verdictOf, anEvent, notVerified } from "./verdict.ts";

/** Findings for the first line with one of these problems, with how many more there are. */
function lineFindings(
  run: Observation,
  kinds: readonly LineProblemKind[],
  say: (detail: string) => string,
): Finding[] {
  return kinds.flatMap((kind) => {
    const first = run.stream.problems.find((problem) => problem.kind === kind);
    if (first === undefined) return [];
    const more = (run.stream.problemCounts.get(kind) ?? 1) - 1;
    const others = more === 0 ? "" : ` (and ${more} more)`;
    return [finding(run, `${say(first.detail)}${others}`, first)];
  });
}

const everywhere: readonly ProbeName[] = ["bad-flag", "failures", "narrow-pipe", "file"];

export const streamRules: readonly Rule[] = [
  {
    id: "STR-001",
    severity: "error",
    certainty: "found",
    title: "standard output is UTF-8",
    explain:
      "A consumer decodes the stream strictly; one wrong byte loses a line. Carry bytes that are not text as base64 in a field of their own.",
    needs: ["base", ...everywhere],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: everywhere, needs: anEvent }, (run) =>
        lineFindings(run, ["not-utf8"], (detail) => `not UTF-8: ${detail}`),
      ),
  },
  {
    id: "STR-002",
    severity: "error",
    certainty: "found",
    title: "every line is one JSON object",
    explain:
      "AOI-CLI is newline-delimited JSON: one object per line, no array around the whole, no pretty-printing, nothing else. An empty standard output is no stream.",
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, (run) => [
        ...lineFindings(run, ["not-json"], (detail) => `not a JSON object: ${detail}`),
        ...lineFindings(run, ["not-object"], (detail) => `JSON, but no object: ${detail}`),
        ...(run.stream.lineCount === 0 ? [finding(run, "nothing was written to stdout")] : []),
      ]),
  },
  {
    id: "STR-003",
    severity: "error",
    certainty: "found",
    title: "no prose, colour, carriage return or byte order mark in the stream",
    explain:
      "What is for people goes to standard error, also when colour is forced or standard output is a terminal: a consumer asked for machine mode.",
    needs: ["base", "forced-colour", "terminal", "bad-flag", "failures"],
    check: checkProse,
  },
  {
    id: "STR-004",
    severity: "error",
    certainty: "found",
    title: "every event has a string type",
    explain: "`type` is the only field a consumer dispatches on; an object without it is no event.",
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["base"], also: ["bad-flag", "failures"], needs: anEvent },
        (run) => lineFindings(run, ["no-type"], (detail) => `no string "type": ${detail}`),
      ),
  },
  {
    id: "STR-005",
    severity: "warn",
    certainty: "proposed",
    title: "lines are compact, end in a line feed and name no key twice",
    explain:
      "A last line without a line feed looks like a torn one, CR LF confuses byte-wise readers, of a key given twice each parser keeps another value.",
    needs: ["base", "file"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["file"], needs: anEvent }, (run) => [
        ...lineFindings(run, ["not-compact"], () => "whitespace between tokens"),
        ...lineFindings(run, ["crlf"], () => "the line ends in CR LF"),
        ...lineFindings(run, ["no-final-newline"], () => "the last line has no line feed"),
        ...lineFindings(run, ["duplicate-key"], (key) => `the key ${key} stands twice`),
      ]),
  },
  {
    id: "STR-006",
    severity: "warn",
    certainty: "proposed",
    title: "no line is longer than 1 MiB",
    explain:
      "A reader must hold a line whole. Large content belongs in a file told by an artifact event, or in several events.",
    needs: ["base", "large"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["large"], needs: anEvent }, (run) =>
        lineFindings(run, ["too-long"], (detail) => `a line of ${detail}`),
      ),
  },
  {
    id: "STR-007",
    severity: "error",
    certainty: "proposed",
    title: "integers beyond 2^53 are strings, and there is no NaN or Infinity",
    explain:
      "Half of the world's JSON parsers read numbers as doubles and change such an integer silently; NaN and Infinity are no JSON.",
    needs: ["base", "failures", "large"],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["base"], also: ["failures", "large"], needs: anEvent },
        (run) => [
          ...lineFindings(
            run,
            ["unsafe-integer"],
            (digits) => `the integer ${digits} is no double`,
          ),
          ...lineFindings(run, ["not-a-number"], (detail) => `NaN or Infinity: ${detail}`),
        ],
      ),
  },
  {
    id: "STR-008",
    severity: "warn",
    certainty: "found",
    title: "events arrive while the tool is at work",
    explain:
      "A consumer acts on the first event. Flush each one, or within 10 ms: standard output to a pipe is block-buffered in most languages.",
    needs: ["slow-source"],
    check: checkIncremental,
  },
  {
    id: "STR-009",
    severity: "error",
    certainty: "proposed",
    title: "a pipe, a file and a terminal get the same events",
    explain:
      "Machine mode was asked for; what standard output is connected to must not change what is said.",
    needs: ["base", "again", "file", "terminal"],
    check: checkSameEverywhere,
  },
  {
    id: "STR-010",
    severity: "error",
    certainty: "found",
    title: "nothing is lost in a pipe whose reader is slow to start",
    explain:
      "Standard output to a full pipe is queued by some runtimes, and an early exit throws the queue away: write all, then end. In Node, never call process.exit with output pending.",
    needs: ["base", "again", "narrow-pipe", "large"],
    check: checkNothingLost,
  },
  {
    id: "STR-011",
    severity: "warn",
    certainty: "proposed",
    title: "a slow reader loses nothing and does not make the tool grow beyond 256 MiB",
    explain:
      "Honour back-pressure: stop producing while the pipe is full, instead of queueing the whole output.",
    needs: ["slow-reader", "large"],
    check: checkSlowReader,
  },
];

function checkProse(evidence: Evidence): Verdict {
  const also: ProbeName[] = ["forced-colour", "terminal", "bad-flag", "failures"];
  // Data may contain colour of its own: only what forcing added is the tool's.
  const own = evidence.runs("base").some((run) => run.stream.problemCounts.has("colour"));
  return judgeRuns(evidence, { required: ["base"], also }, (run) => [
    ...lineFindings(run, ["not-json"], (detail) => `prose on stdout: ${JSON.stringify(detail)}`),
    ...lineFindings(run, ["byte-order-mark"], () => "a byte order mark"),
    ...lineFindings(run, ["crlf"], () => "a carriage return"),
    ...(own ? [] : lineFindings(run, ["colour"], (detail) => `colour inside an event: ${detail}`)),
  ]);
}

function checkIncremental(evidence: Evidence): Verdict {
  return judgeRuns(evidence, { required: ["slow-source"] }, (run) => {
    const first = run.stream.events.find((event) => event.kind === "domain");
    if (first === undefined) return [];
    const left = run.durationMs - first.atMs;
    if (left >= Math.min(200, run.durationMs / 4)) return [];
    const message = `the first result came ${Math.round(first.atMs)} ms after the start and the end ${Math.round(left)} ms later: the output is held back`;
    return [finding(run, message, first)];
  });
}

function checkSameEverywhere(evidence: Evidence): Verdict {
  const [base] = evidence.runs("base");
  const [again] = evidence.runs("again");
  if (base === undefined || again === undefined) {
    return missing(evidence, ["base", "again"]) ?? passed;
  }
  if (base.stream.eventCount === 0) return notVerified("there is no event to compare");
  const volatile = volatilePaths(base.stream, again.stream);
  // A command that answers differently by itself shows nothing here.
  const steady = firstDifference(base.stream, again.stream, volatile) === undefined;
  if (!steady) {
    return { kind: "not_verified", reason: "two runs alike already differ in their events" };
  }
  return judgeRuns(evidence, { required: ["file"], also: ["terminal"] }, (run) => {
    const difference = firstDifference(base.stream, run.stream, volatile);
    if (difference === undefined) return [];
    return [finding(run, `not the events a pipe gets: ${difference.message}`, difference.event)];
  });
}

function checkNothingLost(evidence: Evidence): Verdict {
  const [base] = evidence.runs("base");
  if (base === undefined) return missing(evidence, ["base"]) ?? passed;
  if (base.stream.eventCount === 0) return notVerified("there is no event to lose");
  const counts = [base, ...evidence.runs("again")].map((run) => run.stream.eventCount);
  const fewest = Math.min(...counts);
  const complete = summaryOf(base.stream) !== undefined;
  const narrow = evidence.runs("narrow-pipe").flatMap((run) => {
    const lost = fewest - run.stream.eventCount;
    if (lost > 0) {
      const message = `${lost} of ${fewest} events never arrive when the reader starts late`;
      return [finding(run, message)];
    }
    if (complete && summaryOf(run.stream) === undefined) {
      return [finding(run, "the summary never arrives when the reader starts late")];
    }
    return [];
  });
  const large = [...evidence.runs("large")];
  const intoFile = large.find((run) => run.spec.stdout?.kind === "file");
  const intoPipe = large.find((run) => run.spec.stdout?.kind === "narrow");
  const lost =
    intoFile === undefined || intoPipe === undefined
      ? 0
      : intoFile.stream.eventCount - intoPipe.stream.eventCount;
  if (intoPipe !== undefined && lost > 0) {
    narrow.push(finding(intoPipe, `${lost} of ${intoFile?.stream.eventCount} events were lost`));
  }
  return narrow.length > 0 ? verdictOf(narrow) : (missing(evidence, ["narrow-pipe"]) ?? passed);
}

const memoryLimitBytes = 256 * 1024 * 1024;

function checkSlowReader(evidence: Evidence): Verdict {
  const whole = evidence.runs("large").find((run) => run.spec.stdout?.kind === "file");
  return judgeRuns(evidence, { required: ["slow-reader"] }, (run) => {
    const found: Finding[] = [];
    if (whole !== undefined && run.stream.eventCount < whole.stream.eventCount) {
      const lost = whole.stream.eventCount - run.stream.eventCount;
      found.push(finding(run, `${lost} events were lost on a slow reader`));
    }
    const peak = run.peakMemoryBytes ?? 0;
    if (peak > memoryLimitBytes) {
      const size = Math.round(peak / 1024 / 1024);
      found.push(finding(run, `grew to ${size} MiB while its reader was slow`));
    }
    return found;
  });
}
