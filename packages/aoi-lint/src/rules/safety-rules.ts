import type { Evidence } from "../probes/evidence.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import { hasFailed } from "./failing-runs.ts";
import { finding, judgeRuns, missing, notVerified, passed, verdictOf, told } from "./verdict.ts";

export const safetyRules: readonly Rule[] = [
  {
    id: "SAFE-001",
    severity: "error",
    certainty: "found",
    title: "a dry run tells at least one aoi:plan and changes nothing",
    explain:
      "One plan event per side effect that would happen. Looked at: the working folder, the home and the folder for temporary files.",
    needs: ["dry-run"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["dry-run"] }, (run) => [
        ...(run.stream.ofKind("plan").length === 0 ? [finding(run, "no aoi:plan")] : []),
        ...changed(run),
      ]),
  },
  {
    id: "SAFE-002",
    severity: "error",
    certainty: "proposed",
    title: "a destructive command refuses without its confirmation",
    explain:
      "In machine mode nobody can be asked: an error of category usage or validation, and nothing done.",
    needs: ["unconfirmed"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["unconfirmed"] }, (run) => {
        if (!hasFailed(run)) return [finding(run, "was carried out"), ...changed(run)];
        const [error] = run.stream.ofKind("error");
        const category = told(error?.value["category"]);
        const fits = ["usage", "validation"].includes(category);
        return [
          ...(fits ? [] : [finding(run, `refused with category ${category}`, error)]),
          ...changed(run),
        ];
      }),
  },
  {
    id: "SAFE-003",
    severity: "warn",
    certainty: "proposed",
    title: "what is applied is what was planned",
    explain: "The paths the plan names and the paths that change are the same.",
    needs: ["plan-and-apply"],
    check: checkPlan,
  },
  {
    id: "IDEM-001",
    severity: "error",
    certainty: "proposed",
    title: "the same idempotency key twice has one effect, and the second says replayed",
    explain: "A caller that lost the first answer must be able to ask again.",
    needs: ["same-key"],
    check: (evidence) => {
      const [, second] = evidence.runs("same-key");
      if (second === undefined) return missing(evidence, ["same-key"]) ?? passed;
      const said = second.stream.events.some(({ value }) => value["replayed"] === true);
      return verdictOf([
        ...changed(second),
        ...(hasFailed(second) ? [finding(second, "failed")] : []),
        ...(said
          ? []
          : [finding(second, 'nothing says "replayed": true', summaryOf(second.stream))]),
      ]);
    },
  },
  {
    id: "IDEM-002",
    severity: "error",
    certainty: "proposed",
    title: "the same idempotency key with other arguments is a conflict",
    explain: "Answering with the first result, or doing the second thing, would both be wrong.",
    needs: ["other-arguments-same-key"],
    check: (evidence) => {
      const [, second] = evidence.runs("other-arguments-same-key");
      if (second === undefined) return missing(evidence, ["other-arguments-same-key"]) ?? passed;
      const errors = second.stream.ofKind("error");
      const conflict = errors.some(({ value }) => value["category"] === "conflict");
      return verdictOf([
        ...(conflict ? [] : [finding(second, "no aoi:error of category conflict", errors[0])]),
        ...changed(second),
      ]);
    },
  },
  {
    id: "AUD-001",
    severity: "warn",
    certainty: "found",
    title: "a sink tells one audit event per side effect",
    explain:
      "A sink's own output is its audit trail: as many result events as things it changed. Compared with the files that changed.",
    needs: ["sink"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["sink"] }, (run) => {
        if (run.changes === undefined) return [];
        const effects = run.changes.filter((change) => !change.isFolder).length;
        const told = run.stream.resultCount;
        return told === effects
          ? []
          : [finding(run, `${effects} files changed and ${told} audit events were written`)];
      }),
  },
];

function changed(run: Observation): Finding[] {
  return (run.changes ?? [])
    .slice(0, 3)
    .map((change) => finding(run, `${change.kind} ${change.path}`));
}

const pathFields = ["path", "target", "file", "destination", "source", "to", "from"];

function checkPlan(evidence: Evidence): Verdict {
  const [plan, applied] = evidence.runs("plan-and-apply");
  if (plan === undefined || applied === undefined) {
    return missing(evidence, ["plan-and-apply"]) ?? passed;
  }
  const named = plan.stream
    .ofKind("plan")
    .flatMap(({ value }) => pathFields.map((field) => value[field]))
    .filter((path) => typeof path === "string");
  if (named.length === 0) return notVerified("the plan names no paths to compare with");
  const changes = (applied.changes ?? []).filter((change) => !change.isFolder);
  const unplanned = changes.filter(({ path }) => !named.some((name) => sameFile(path, name)));
  const undone = named.filter((name) => !changes.some(({ path }) => sameFile(path, name)));
  return verdictOf([
    ...unplanned.slice(0, 3).map(({ path }) => finding(applied, `not planned: ${path}`)),
    ...(changes.length === 0
      ? [finding(applied, `nothing changed; planned: ${undone.slice(0, 3).join(", ")}`)]
      : []),
  ]);
}

function sameFile(changedPath: string, planned: string): boolean {
  const plain = planned.replace(/^\.\//, "");
  return changedPath === plain || changedPath.endsWith(`/${plain}`) || plain.endsWith(changedPath);
}
