import type { Finding, Rule } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { metaOf } from "../runner/stream.ts";
import { discoveredObject } from "./discovered.ts";
import { hasFailed } from "./failing-runs.ts";
import { leaksIn } from "./leaks.ts";
import { finding, judgeRuns, notVerified, verdictOf, aMeta } from "./verdict.ts";

const required = [
  "tool",
  "tool_version",
  "aoi_version",
  "schema_name",
  "schema_version",
  "command",
] as const;

export const metaRules: readonly Rule[] = [
  {
    id: "META-001",
    severity: "error",
    certainty: "found",
    title: "the first event is aoi:meta, also when the command fails",
    explain:
      "Meta says which tool, schema and command the stream belongs to. Write it before anything can fail: before flags are checked, files opened or servers asked.",
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, (run) => {
        if (run.spec.label !== "as given" && !hasFailed(run)) return [];
        const [first] = run.stream.events;
        if (first === undefined) return [finding(run, "no event at all, so no aoi:meta")];
        return first.kind === "meta"
          ? []
          : [finding(run, `the first event is ${first.type}, not aoi:meta`, first)];
      }),
  },
  {
    id: "META-002",
    severity: "error",
    certainty: "found",
    title: "aoi:meta has its six fields, each a string",
    explain: `Without them a consumer cannot know what it reads: ${required.join(", ")}.`,
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, missingFields),
  },
  {
    id: "META-003",
    severity: "error",
    certainty: "found",
    title: "the versions of aoi:meta can be read: aoi 0.x, semver, reverse-DNS name",
    explain:
      "aoi_version is the standard's, schema_version the schema's as semver, schema_name a reverse-DNS name such as com.example.hello.events.",
    needs: ["base"],
    check: (evidence) => judgeRuns(evidence, { required: ["base"] }, versionFindings),
  },
  {
    id: "META-004",
    severity: "error",
    certainty: "found",
    title: "a stream has one aoi:meta",
    explain: "A second one would start another stream inside the first.",
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["base"], also: ["bad-flag", "failures"], needs: aMeta },
        (run) =>
          run.stream
            .ofKind("meta")
            .slice(1, 3)
            .map((event) => finding(run, "a second aoi:meta", event)),
      ),
  },
  {
    id: "META-005",
    severity: "warn",
    certainty: "proposed",
    title: "tool_version is the one --version and capabilities tell",
    explain: "Three places, one source: a consumer pins what it reads in any of them.",
    needs: ["base", "version", "capabilities"],
    check: (evidence) => {
      const [run] = evidence.runs("base");
      const version = run === undefined ? undefined : metaOf(run.stream)?.value["tool_version"];
      if (typeof version !== "string") return notVerified("there is no tool_version to compare");
      const findings = [
        ...evidence.runs("capabilities").flatMap((other) => otherVersion(other, version)),
        ...evidence.runs("version").flatMap((other) => printedVersion(other, version)),
      ];
      const told = [...evidence.runs("capabilities"), ...evidence.runs("version")].some(
        (other) => discoveredObject(other) !== undefined || /\d+\.\d+/.test(textOf(other)),
      );
      return told || findings.length > 0
        ? verdictOf(findings)
        : notVerified("the tool tells its version neither by --version nor by capabilities");
    },
  },
  {
    id: "META-006",
    severity: "error",
    certainty: "found",
    title: "aoi:meta repeats no secret of the command line",
    explain:
      "Meta is logged and stored. Redact the values of flags that carry secrets, by name and by value, before they become args or wrapped.",
    needs: ["secret-argument", "secrets"],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["secret-argument"], also: ["secrets"], needs: aMeta },
        (run) => {
          const meta = metaOf(run.stream);
          if (meta === undefined) return [];
          return leaksIn(JSON.stringify(meta.value), run).map((how) =>
            finding(run, `aoi:meta carries the planted secret ${how}`, meta),
          );
        },
      ),
  },
];

function missingFields(run: Observation): Finding[] {
  const meta = metaOf(run.stream);
  if (meta === undefined) {
    return run.spec.label === "as given" ? [finding(run, "there is no aoi:meta")] : [];
  }
  return required
    .filter((name) => typeof meta.value[name] !== "string" || meta.value[name] === "")
    .map((name) => {
      const found = JSON.stringify(meta.value[name]) ?? "absent";
      return finding(run, `aoi:meta needs the string "${name}"; it is ${found}`, meta);
    });
}

const semver = /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/;
const reverseDns = /^[a-z][a-z0-9-]*(?:\.[a-z0-9_-]+){2,}$/i;

function versionFindings(run: Observation): Finding[] {
  const meta = metaOf(run.stream);
  if (meta === undefined) return [finding(run, "there is no aoi:meta")];
  const { aoi_version: aoi, schema_version: schema, schema_name: name } = meta.value;
  const found: Finding[] = [];
  if (typeof aoi === "string" && !/^0\.\d+(?:\.\d+)?$/.test(aoi)) {
    found.push(finding(run, `aoi_version "${aoi}" is no version of AOI-CLI 0.x`, meta));
  }
  if (typeof schema === "string" && !semver.test(schema)) {
    found.push(finding(run, `schema_version "${schema}" is not semver`, meta));
  }
  if (typeof name === "string" && !reverseDns.test(name)) {
    found.push(finding(run, `schema_name "${name}" is not reverse-DNS`, meta));
  }
  return found;
}

function otherVersion(run: Observation, version: string): Finding[] {
  const told = discoveredObject(run)?.["tool_version"];
  return typeof told === "string" && told !== version
    ? [finding(run, `capabilities say ${told} and aoi:meta says ${version}`)]
    : [];
}

function printedVersion(run: Observation, version: string): Finding[] {
  const text = textOf(run);
  if (run.ending.kind !== "exited" || run.ending.code !== 0 || !/\d+\.\d+/.test(text)) return [];
  return text.includes(version)
    ? []
    : [finding(run, `--version prints "${text.trim().slice(0, 60)}" and aoi:meta says ${version}`)];
}

function textOf(run: Observation): string {
  return run.spec.label === "asked for its version" ? run.head : "";
}
