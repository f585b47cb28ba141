import type { Evidence } from "../probes/evidence.ts";
import type { Rule, Verdict } from "../rule.ts";
import { metaOf } from "../runner/stream.ts";
import { discoveredObject } from "./discovered.ts";
import { breakingChanges } from "./schema-changes.ts";
import { finding, missing, notVerified, passed, verdictOf, told } from "./verdict.ts";

export const versionRules: readonly Rule[] = [
  {
    id: "VER-001",
    severity: "error",
    certainty: "proposed",
    title: "no field is removed or changed without a new major version of the schema",
    explain:
      'Compared with the schema stored at the last release ("baseline" in aoi.lint.json; write one with --write-baseline FILE).',
    needs: ["schema", "base"],
    check: checkBaseline,
  },
];

function checkBaseline(evidence: Evidence): Verdict {
  const { baseline } = evidence.target;
  if (baseline === undefined) {
    return notVerified('no stored schema to compare with; add "baseline" to aoi.lint.json');
  }
  const [run] = evidence.runs("schema");
  const schema = run && discoveredObject(run);
  if (run === undefined || schema === undefined) {
    return missing(evidence, ["schema"]) ?? notVerified("the schema is no JSON object");
  }
  const [base] = evidence.runs("base");
  const version = (base && metaOf(base.stream)?.value["schema_version"]) ?? "";
  if (majorOf(told(version)) !== majorOf(baseline.schemaVersion)) return passed;
  return verdictOf(
    breakingChanges(baseline.schema, schema).map((change) =>
      finding(
        run,
        `${change} since ${baseline.schemaVersion}, and the version is ${told(version)}`,
      ),
    ),
  );
}

/** Below 1.0.0 the minor number is what may break. */
function majorOf(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}
