import { exitCodes } from "@aomori/protocol";
import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText, exitStatus } from "../runner/observation.ts";
import { lastEvent, summaryOf } from "../runner/stream.ts";
import { isCategory } from "./error-rules.ts";
import {
  finding,
  judgeLooks,
  judgeRuns,
  notVerified,
  shown,
  unclear,
  aSummary,
} from "./verdict.ts";

const quiet: readonly ProbeName[] = ["bad-flag", "failures", "file", "narrow-pipe", "interrupt"];

export const exitRules: readonly Rule[] = [
  {
    id: "EXIT-001",
    severity: "error",
    certainty: "proposed",
    title: "ok:false and a non-zero exit status go together",
    explain:
      "A shell pipeline sees only the exit status, an agent only the summary: they must not say different things.",
    needs: ["base", ...quiet],
    check: (evidence) => {
      const [base] = evidence.runs("base");
      if (base !== undefined && base.ending.kind === "unknown") {
        return notVerified(
          "the exit status of the recorded stream is not known; give it with --exit",
        );
      }
      return judgeRuns(evidence, { required: ["base"], also: quiet, needs: aSummary }, mismatch);
    },
  },
  {
    id: "EXIT-002",
    severity: "warn",
    certainty: "proposed",
    title: "the exit status fits the category of the error",
    explain: `Scripts branch on it: ${Object.entries(exitCodes)
      .map(([category, code]) => `${category} ${code}`)
      .join(", ")}. A table of the tool's own goes into "exit_codes" of aoi.lint.json.`,
    needs: ["bad-flag", "failures"],
    check: (evidence) =>
      judgeLooks(evidence, ["bad-flag", "failures"], (run) => {
        const errors = run.stream.ofKind("error");
        const category = errors.at(-1)?.value["category"];
        if (!isCategory(category)) {
          return unclear("no failure with an aoi:error was seen whose exit status could be judged");
        }
        const expected = expectedStatuses(
          evidence,
          errors.map(({ value }) => value["category"]),
        );
        const status = exitStatus(run);
        return status === undefined || expected.includes(status)
          ? shown()
          : shown(
              finding(
                run,
                `${endingText(run)} for the category ${category}, not ${expected.join(" or ")}`,
              ),
            );
      }),
  },
  {
    id: "EXIT-003",
    severity: "error",
    certainty: "found",
    title: "a killed tool never looks successful",
    explain:
      "The summary is written when the work is done and not before: whoever reads ok:true and then nothing has been told a lie if the tool died after it.",
    needs: ["base", "kill", ...quiet],
    check: (evidence) => {
      const dead = (run: Observation): Finding[] => {
        if (run.ending.kind !== "signalled" || run.ending.signal === "SIGPIPE") return [];
        const summary = summaryOf(run.stream);
        if (summary?.value["ok"] !== true) return [];
        return [finding(run, `ended by ${run.ending.signal} with ok:true in its stream`, summary)];
      };
      const others = judgeRuns(evidence, { required: ["base"], also: quiet }, dead);
      if (others.kind === "failed") return others;
      return judgeLooks(evidence, ["kill"], (run) => {
        const wasKilled = run.ending.kind === "signalled" && run.ending.signal === "SIGKILL";
        if (!wasKilled) return unclear("the command ended before it could be killed");
        return shown(...dead(run));
      });
    },
  },
];

function mismatch(run: Observation): Finding[] {
  const summary = summaryOf(run.stream);
  const last = lastEvent(run.stream);
  const status = exitStatus(run);
  if (summary === undefined || last?.kind !== "summary" || status === undefined) return [];
  const { ok } = summary.value;
  if (ok === false && status === 0) return [finding(run, "ok:false and exit 0", summary)];
  if (ok === true && status !== 0) {
    return [finding(run, `ok:true and ${endingText(run)}`, summary)];
  }
  return [];
}

function expectedStatuses(evidence: Evidence, categories: readonly unknown[]): number[] {
  const own = evidence.target.recipe.exitCodes ?? {};
  const codes = categories
    .filter(isCategory)
    .map((category) => own[category] ?? exitCodes[category]);
  return [...new Set(codes)];
}
