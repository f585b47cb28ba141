import type { Evidence } from "../probes/evidence.ts";
import type { Rule, Verdict } from "../rule.ts";
import { firstDifference, placePaths, volatilePaths } from "./compare-streams.ts";
import { finding, missing, notVerified, passed, verdictOf } from "./verdict.ts";

export const steadinessRules: readonly Rule[] = [
  {
    id: "L10N-001",
    severity: "warn",
    certainty: "proposed",
    title: "locale and time zone change no type, key, code or number",
    explain:
      "A stream is read by programs: decimal points, ISO 8601 in UTC, English codes; only messages may follow the user's language. Asked for by LC_ALL, LANG, LANGUAGE and TZ: a locale the machine does not have is seen only by tools that bring their own.",
    needs: ["base", "again", "bad-flag", "locales"],
    check: checkLocales,
  },
  {
    id: "DET-001",
    severity: "info",
    certainty: "proposed",
    title: "the same command twice writes the same events",
    explain:
      "Times, durations and identifiers aside, an answer that changes by itself cannot be cached, compared or tested.",
    needs: ["base", "again"],
    check: (evidence) => {
      const [base] = evidence.runs("base");
      const [again] = evidence.runs("again");
      if (base === undefined || again === undefined) {
        return missing(evidence, ["base", "again"]) ?? passed;
      }
      if (base.stream.eventCount === 0) return notVerified("there is no event to look at");
      const difference = firstDifference(base.stream, again.stream, new Set());
      return difference === undefined
        ? passed
        : verdictOf([finding(again, difference.message, difference.event)]);
    },
  },
];

function checkLocales(evidence: Evidence): Verdict {
  const [base] = evidence.runs("base");
  const [again] = evidence.runs("again");
  const absent = missing(evidence, ["base", "again", "locales"]);
  if (absent !== undefined || base === undefined || again === undefined) return absent ?? passed;
  if (base.stream.eventCount === 0) return notVerified("there is no event to look at");
  const volatile = volatilePaths(base.stream, again.stream);
  if (firstDifference(base.stream, again.stream, volatile) !== undefined) {
    return notVerified("two runs alike already differ in their events");
  }
  const [failed] = evidence.runs("bad-flag");
  const findings = evidence.runs("locales").flatMap((run) => {
    const expected = run.spec.about?.["failing"] === undefined ? base : failed;
    if (expected === undefined) return [];
    const ignored = new Set([...volatile, ...placePaths(expected.stream, run.stream)]);
    const difference = firstDifference(expected.stream, run.stream, ignored);
    return difference === undefined ? [] : [finding(run, difference.message, difference.event)];
  });
  return verdictOf(findings);
}
