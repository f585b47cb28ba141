import type { Finding, Rule } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { leaksIn } from "./leaks.ts";
import { finding, judgeLooks, judgeRuns, shown, unclear } from "./verdict.ts";

export const secretRules: readonly Rule[] = [
  {
    id: "RED-001",
    severity: "error",
    certainty: "found",
    title: "a secret goes nowhere: not to stdout, not to stderr",
    explain:
      "Planted in the environment, and in arguments, standard input and files where the recipe says; searched for as it is, in base64, URL- and JSON-escaped, in hexadecimal, backwards and by half.",
    needs: ["secrets"],
    check: (evidence) => judgeRuns(evidence, { required: ["secrets"] }, leaks),
  },
  {
    id: "RED-002",
    severity: "error",
    certainty: "found",
    title: "nor does a failure tell it, however loudly",
    explain:
      "Error messages quote arguments and configuration: hide values of flags and fields that carry secrets, known to the tool or not.",
    needs: ["secret-argument", "secret-failures"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["secret-argument", "secret-failures"] }, leaks),
  },
  {
    id: "RED-003",
    severity: "warn",
    certainty: "proposed",
    title: "a secret on the command line is warned about",
    explain: "Everybody on the machine can read it with ps: offer a file or a variable instead.",
    needs: ["secrets"],
    check: (evidence) =>
      judgeLooks(evidence, ["secrets"], (run) => {
        if (run.spec.about?.["inArguments"] === undefined) {
          return unclear('no secret argument is known; add "secrets.argv" to aoi.lint.json');
        }
        if (run.stream.ofKind("error").some(({ value }) => value["category"] === "usage")) {
          return unclear("the command refuses the recipe's secret argument");
        }
        const warned =
          run.stream.ofKind("warning").length > 0 ||
          /secret|ps\b|visible|insecure/i.test(run.stderr);
        return warned ? shown() : shown(finding(run, "no aoi:warning"));
      }),
  },
];

function leaks(run: Observation): Finding[] {
  return [
    ...leaksIn(run.head, run).map((how) => {
      const event = run.stream.events.find(
        ({ value }) => leaksIn(JSON.stringify(value), run).length > 0,
      );
      return finding(run, `the planted secret is on stdout, ${how}`, event);
    }),
    ...leaksIn(run.stderr, run).map((how) =>
      finding(run, `the planted secret is on stderr, ${how}`),
    ),
  ];
}
