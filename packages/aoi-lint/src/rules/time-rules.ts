import type { Finding, Rule } from "../rule.ts";
import { endingText } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import { finding, judgeLooks, judgeRuns, missing, shown, unclear } from "./verdict.ts";

export const timeRules: readonly Rule[] = [
  {
    id: "TIME-001",
    severity: "warn",
    certainty: "proposed",
    title: "a deadline is kept: an error of category timeout, and an end",
    explain:
      "With its own --timeout expired a tool stops, says category timeout and ok:false, and exits 124.",
    needs: ["deadline"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["deadline"] }, (run) => {
        if (run.timedOut) return [finding(run, "its own deadline did not end it")];
        const errors = run.stream.ofKind("error");
        const found: Finding[] = [];
        if (!errors.some(({ value }) => value["category"] === "timeout")) {
          found.push(finding(run, "no aoi:error of category timeout", errors[0]));
        }
        if (summaryOf(run.stream)?.value["ok"] !== false) {
          found.push(finding(run, `no summary with ok:false, and ${endingText(run)}`));
        }
        const expected = evidence.target.recipe.exitCodes?.timeout ?? 124;
        if (run.ending.kind !== "exited" || run.ending.code !== expected) {
          found.push(finding(run, `ended with ${endingText(run)}, not ${expected}`));
        }
        return found;
      }),
  },
  {
    id: "TIME-002",
    severity: "warn",
    certainty: "found",
    title: "an unbounded command shows signs of life with a readable time",
    explain:
      "While there is nothing to say, an aoi:heartbeat with `at` in ISO 8601 tells a consumer that the stream is alive.",
    needs: ["heartbeat"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["heartbeat"] }, (run) => {
        const beats = run.stream.ofKind("heartbeat");
        if (beats.length === 0) {
          return [finding(run, `no aoi:heartbeat within ${Math.round(run.durationMs)} ms`)];
        }
        const unread = beats.find(
          ({ value: { at } }) =>
            typeof at !== "string" || !/^\d{4}-\d\d-\d\dT/.test(at) || Number.isNaN(Date.parse(at)),
        );
        return unread === undefined
          ? []
          : [finding(run, `a heartbeat's at is ${JSON.stringify(unread.value["at"])}`, unread)];
      }),
  },
  {
    id: "TIME-003",
    severity: "error",
    certainty: "proposed",
    title: "the tool never waits for an answer nobody gives",
    explain:
      "No prompt in machine mode, whatever standard input is: what is not given on the command line is an error of category usage. A command that waits for something else says so: aoi:heartbeat or aoi:progress.",
    needs: ["base", "stdin", "terminal"],
    check: (evidence) => {
      const reads = evidence.outcome("stdin");
      const alsoTerminal = reads.kind === "ran" ? (["terminal"] as const) : [];
      const base = missing(evidence, ["base", "stdin"]);
      if (base !== undefined) return base;
      return judgeLooks(evidence, ["base", "stdin", ...alsoTerminal], (run) => {
        if (!run.timedOut) return shown();
        const signs = [...run.stream.ofKind("heartbeat"), ...run.stream.ofKind("progress")];
        const waits = run.idleAtDeadline && signs.length === 0;
        return waits
          ? shown(finding(run, "did not end: it waits for input"))
          : unclear("the command was still at work when its time was up");
      });
    },
  },
];
