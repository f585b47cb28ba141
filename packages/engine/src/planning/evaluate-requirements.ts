import type { Requirement, RequirementsArtifact } from "@aomori/contract";
import { duplicateVetoes, meanOf, says, shareOf, shareTrue } from "./evaluation.ts";
import type { Finding, Findings, Veto } from "./evaluation.ts";

const requirementId = /^REQ(?:-[A-Z0-9]+)*-\d{3,}$/;
const normative = /\b(?:SHALL|MUST|SHOULD|MAY|REQUIRED|RECOMMENDED)\b/;
/** EARS: a condition before SHALL, or the ubiquitous form "The <system> SHALL". */
const ears = /\b(?:WHEN|WHILE|WHERE|IF)\b.*\bSHALL\b|^\s*THE\b.*\bSHALL\b/is;
const criteriaEach = 2;
/** Patterns look at no more than this, so that no text makes them slow. */
const lookedAt = 2_000;

/** REQUIREMENTS is judged by whether each requirement binds, can be checked and can be traced. */
export function evaluateRequirements(artifact: RequirementsArtifact): Findings {
  return {
    criteria: [...textCriteria(artifact.requirements), ...frameCriteria(artifact)],
    vetoes: requirementVetoes(artifact.requirements),
  };
}

function requirementVetoes(requirements: readonly Requirement[]): readonly Veto[] {
  const ids = new Set(requirements.map(({ id }) => id));
  const vetoes: Veto[] = [
    ...duplicateVetoes(
      "requirement ids",
      requirements.map(({ id }) => id),
    ),
  ];
  if (ids.size === 0) {
    const message = "there is no requirement; write at least one";
    vetoes.push({ code: "EMPTY_ARTIFACT", message });
  }
  for (const { id, dependencies } of requirements) {
    for (const missing of dependencies.filter((on) => !ids.has(on))) {
      const message = `${id} depends on ${missing}, which does not exist; name an existing requirement or drop it`;
      vetoes.push({ code: "DANGLING_REFERENCE", message });
    }
  }
  return vetoes;
}

function textCriteria(requirements: readonly Requirement[]): readonly Finding[] {
  const count = requirements.length;
  const binding = requirements.filter(({ text }) => normative.test(text.slice(0, lookedAt))).length;
  const inEars = requirements.filter(({ text }) => ears.test(text.slice(0, lookedAt))).length;
  const wellNamed = requirements.filter(({ id }) => requirementId.test(id)).length;
  const checkable = meanOf(requirements, (requirement) =>
    shareOf(requirement.acceptance_criteria.filter(says).length, criteriaEach),
  );
  return [
    {
      name: "structure",
      weight: 0.2,
      score: meanOf(requirements, (requirement) =>
        shareTrue(
          says(requirement.title),
          says(requirement.text),
          says(requirement.type) || says(requirement.category),
        ),
      ),
      detail: `${count} requirements`,
      advice: "Give every requirement a title, a text, and a type or category",
    },
    {
      name: "normative_language",
      weight: 0.2,
      score: shareOf(binding, count),
      detail: `${binding} of ${count} say SHALL, MUST, SHOULD or MAY`,
      advice: "Say in every requirement's text what SHALL, SHOULD or MAY happen",
    },
    {
      name: "ears_format",
      weight: 0.15,
      score: shareOf(inEars, count),
      detail: `${inEars} of ${count} in EARS form`,
      advice: "Write every text as: WHEN <condition> THE SYSTEM SHALL <behaviour>",
    },
    {
      name: "acceptance_criteria",
      weight: 0.2,
      score: checkable,
      detail: `${criteriaEach} wanted for each of ${count}`,
      advice: "Give every requirement at least two acceptance_criteria that a test can check",
    },
    {
      name: "id_format",
      weight: 0.05,
      score: shareOf(wellNamed, count),
      detail: `${wellNamed} of ${count} like REQ-FEATURE-CAT-001`,
      advice: "Name the requirements REQ-FEATURE-CATEGORY-001, …",
    },
  ];
}

function frameCriteria(artifact: RequirementsArtifact): readonly Finding[] {
  const { requirements, traceability, assumptions, out_of_scope: outside } = artifact;
  const traced = new Set(
    Object.entries(traceability).flatMap(([key, value]) => [key, ...[value].flat()]),
  );
  const traceable = requirements.filter(({ id }) => traced.has(id)).length;
  return [
    {
      name: "feature_name",
      weight: 0.05,
      score: shareTrue(says(artifact.feature_name)),
      detail: artifact.feature_name || "none",
      advice: "Set feature_name",
    },
    {
      name: "assumptions",
      weight: 0.05,
      score: shareOf(assumptions.length, 1),
      detail: `${assumptions.length} stated`,
      advice: "State at least one of assumptions",
    },
    {
      name: "out_of_scope",
      weight: 0.05,
      score: shareOf(outside.length, 1),
      detail: `${outside.length} stated`,
      advice: "State in out_of_scope at least one thing that will not be done",
    },
    {
      name: "traceability",
      weight: 0.05,
      score: shareOf(traceable, requirements.length),
      detail: `${traceable} of ${requirements.length} traced`,
      advice: "Map in traceability every requirement id to the user stories it comes from",
    },
  ];
}
