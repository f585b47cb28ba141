import type { Evidence } from "../probes/evidence.ts";
import { cursorIn } from "../probes/bounds-probes.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import { capabilityOf } from "./capability.ts";
import { hasFailed } from "./failing-runs.ts";
import { discoveredObject } from "./discovered.ts";
import { finding, judgeRuns, missing, notVerified, passed, verdictOf, told } from "./verdict.ts";

export const boundsRules: readonly Rule[] = [
  {
    id: "BND-001",
    severity: "error",
    certainty: "found",
    title: "--limit n answers with at most n results",
    explain: "Tried with 0, 1, 2 and 50. A consumer's context is what overflows otherwise.",
    needs: ["limits"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["limits"] }, (run) => {
        const limit = limitOf(run);
        if (limit === undefined || run.stream.resultCount <= limit) return [];
        return [finding(run, `${run.stream.resultCount} results`)];
      }),
  },
  {
    id: "BND-002",
    severity: "error",
    certainty: "found",
    title: "more than was asked for is told by truncated:true and a cursor, else by neither",
    explain:
      "Without it nobody knows whether the answer is whole. The cursor is next_cursor in the summary where the command supports one.",
    needs: ["limits", "base", "capabilities"],
    check: checkTruncation,
  },
  {
    id: "BND-003",
    severity: "error",
    certainty: "proposed",
    title: "pages by cursor are the whole, each result once",
    explain:
      "Walked with a third of the whole per page and compared with the answer without limit.",
    needs: ["limits", "pages"],
    check: checkPages,
  },
  {
    id: "BND-004",
    severity: "warn",
    certainty: "proposed",
    title: "a long list has a limit by default",
    explain: "Nobody asks for a million results by leaving a flag out.",
    needs: ["default-limit"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["default-limit"] }, (run) => {
        const atMost = Number(run.spec.about?.["atMost"]);
        return run.stream.resultCount <= atMost
          ? []
          : [finding(run, `${run.stream.resultCount} results, more than ${atMost}`)];
      }),
  },
  {
    id: "BND-005",
    severity: "warn",
    certainty: "proposed",
    title: "a cursor nobody gave is a validation error",
    explain:
      "Not a crash, and never silently the first page again: a consumer would loop for ever.",
    needs: ["bad-cursor"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["bad-cursor"] }, (run) => {
        if (!hasFailed(run)) return [finding(run, "was accepted")];
        const [error] = run.stream.ofKind("error");
        const category = error?.value["category"];
        const fits = ["validation", "usage", "not_found"].includes(told(category));
        return fits
          ? []
          : [finding(run, `${endingText(run)}, category ${told(category)}, not validation`, error)];
      }),
  },
];

function limitOf(run: Observation): number | undefined {
  const limit = run.spec.about?.["limit"];
  return limit === undefined ? undefined : Number(limit);
}

function checkTruncation(evidence: Evidence): Verdict {
  const [whole] = evidence.runs("limits");
  if (whole === undefined) return missing(evidence, ["limits"]) ?? passed;
  const total = whole.stream.resultCount;
  const wholeIsCut = summaryOf(whole.stream)?.value["truncated"] === true;
  if (total === 0) return notVerified("the command has no results here to cut off");
  const [told] = evidence.runs("capabilities");
  const capability = told && capabilityOf(discoveredObject(told), evidence.target);
  const supportsCursor =
    capability?.["supports_cursor"] === true || evidence.target.recipe.cursor !== undefined;
  const field = evidence.target.recipe.cursor?.field ?? "next_cursor";
  const findings = evidence.runs("limits").flatMap((run) => {
    const limit = limitOf(run);
    const summary = summaryOf(run.stream);
    if (limit === undefined) return uselessCursor(run, field);
    // A limit of 0 may be refused, or mean that nothing is wanted.
    if (limit === 0 || summary === undefined || hasFailed(run)) return [];
    const isCut = limit < total;
    const found: Finding[] = [];
    const says = summary.value["truncated"] === true;
    const cursor = cursorIn(run, field);
    if (isCut && !says) {
      found.push(finding(run, `${total} results exist and truncated is not true`, summary));
    }
    if (isCut && says && cursor === undefined && supportsCursor) {
      found.push(finding(run, `truncated, and no ${field} to go on with`, summary));
    }
    if (limit > total && !wholeIsCut && (says || cursor !== undefined)) {
      const what = says ? "truncated is true" : "a cursor is handed back";
      found.push(finding(run, `all ${total} results are there and ${what}`, summary));
    }
    return found;
  });
  return verdictOf(findings);
}

/** An answer that is whole leaves nothing to go on with. */
function uselessCursor(run: Observation, field: string): Finding[] {
  const summary = summaryOf(run.stream);
  const isWhole = summary?.value["ok"] === true && summary.value["truncated"] !== true;
  return isWhole && cursorIn(run, field) !== undefined
    ? [finding(run, "nothing is cut off and a cursor is handed back", summary)]
    : [];
}

function checkPages(evidence: Evidence): Verdict {
  const pages = evidence.runs("pages");
  const [whole] = evidence.runs("limits");
  const last = pages.at(-1);
  if (whole === undefined || last === undefined) {
    return missing(evidence, ["limits", "pages"]) ?? passed;
  }
  const field = evidence.target.recipe.cursor?.field ?? "next_cursor";
  if (cursorIn(last, field) !== undefined) {
    return verdictOf([finding(last, `page ${pages.length} still hands back a cursor`)]);
  }
  if (!whole.stream.isWhole || summaryOf(whole.stream)?.value["truncated"] === true) {
    return notVerified("the answer without a limit is not whole, so pages cannot be compared");
  }
  const expected = resultsOf(whole);
  const walked = pages.flatMap(resultsOf);
  const seen = new Set<string>();
  const twice = walked.find((result) => seen.size === seen.add(result).size);
  if (twice !== undefined && new Set(expected).size === expected.length) {
    return verdictOf([finding(last, `a result stands on two pages: ${twice.slice(0, 100)}`)]);
  }
  const lost = expected.find((result) => !seen.has(result));
  if (lost !== undefined) {
    return verdictOf([finding(last, `a result is on no page: ${lost.slice(0, 100)}`)]);
  }
  return walked.length === expected.length
    ? passed
    : verdictOf([
        finding(last, `${walked.length} results on all pages, ${expected.length} without a limit`),
      ]);
}

function resultsOf(run: Observation): string[] {
  return run.stream.events
    .filter((event) => event.kind === "domain")
    .map((event) => JSON.stringify(event.value));
}
