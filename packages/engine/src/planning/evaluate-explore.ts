import type { ExploreArtifact } from "@aomori/contract";
import { entriesIn, says, shareOf, shareTrue } from "./evaluation.ts";
import type { Finding, Findings } from "./evaluation.ts";

const summaryLength = 51;
const techCount = 2;
const structureCount = 2;
const keyFileCount = 3;
const questionCategories = 5;

/** EXPLORE is judged by what it knows of the repository and of the wish. */
export function evaluateExplore(artifact: ExploreArtifact): Findings {
  return { criteria: [...repositoryCriteria(artifact), ...featureCriteria(artifact)] };
}

function repositoryCriteria(artifact: ExploreArtifact): readonly Finding[] {
  const { conventions } = artifact;
  const summary = artifact.codebase_summary.trim().length;
  const structure = entriesIn(artifact.structure);
  const keyFiles = artifact.key_files.filter(({ purpose }) => says(purpose)).length;
  return [
    {
      name: "codebase_summary",
      weight: 0.12,
      score: shareOf(summary, summaryLength),
      detail: `${summary} characters`,
      advice: "Write a codebase_summary of more than 50 characters: what the code does and how",
    },
    {
      name: "project_type",
      weight: 0.08,
      score: shareTrue(says(artifact.project_type)),
      detail: artifact.project_type || "none",
      advice: "Name the project_type",
    },
    {
      name: "tech_stack",
      weight: 0.1,
      score: shareOf(artifact.tech_stack.filter(says).length, techCount),
      detail: `${artifact.tech_stack.length} named`,
      advice: "List at least two entries in tech_stack, from the manifests of the repository",
    },
    {
      name: "structure",
      weight: 0.1,
      score: shareOf(structure, structureCount),
      detail: `${structure} entries`,
      advice: "Describe at least two directories in structure",
    },
    {
      name: "key_files",
      weight: 0.15,
      score: shareOf(keyFiles, keyFileCount),
      detail: `${keyFiles} with path and purpose`,
      advice: "List at least three key_files, each with its path and its purpose",
    },
    {
      name: "conventions",
      weight: 0.1,
      score: shareTrue(
        says(conventions?.naming),
        says(conventions?.testing),
        (conventions?.patterns.length ?? 0) > 0,
      ),
      detail: conventions === undefined ? "none" : "naming, testing, patterns looked at",
      advice: "Fill conventions: naming, testing and at least one of patterns",
    },
  ];
}

function featureCriteria(artifact: ExploreArtifact): readonly Finding[] {
  const feature = artifact.feature_summary;
  const asked = new Set(
    artifact.discovery_questions
      .filter(({ questions }) => questions.some(says))
      .map(({ category }) => category.trim().toLowerCase()),
  ).size;
  return [
    {
      name: "discovery_questions",
      weight: 0.15,
      score: shareOf(asked, questionCategories),
      detail: `${asked} categories with questions`,
      advice: "Ask discovery_questions in five different categories",
    },
    {
      name: "feature_summary",
      weight: 0.12,
      score: shareTrue(
        says(feature?.name),
        says(feature?.one_liner),
        says(feature?.problem_statement),
        (feature?.scope_in.length ?? 0) > 0,
      ),
      detail:
        feature === undefined ? "none" : "name, one_liner, problem_statement, scope_in looked at",
      advice: "Fill feature_summary: name, one_liner, problem_statement and scope_in",
    },
    {
      name: "relevant_patterns",
      weight: 0.04,
      score: shareOf(artifact.relevant_patterns.length, 1),
      detail: `${artifact.relevant_patterns.length} found`,
      advice: "Name at least one of relevant_patterns that the change can follow",
    },
    {
      name: "related_to_feature",
      weight: 0.04,
      score: shareOf(artifact.related_to_feature.length, 1),
      detail: `${artifact.related_to_feature.length} paths`,
      advice: "List in related_to_feature the paths that the change touches or leans on",
    },
  ];
}
