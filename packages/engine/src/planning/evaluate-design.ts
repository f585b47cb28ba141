import type { DesignArtifact } from "@aomori/contract";
import { duplicateVetoes, entriesIn, meanOf, says, shareOf, shareTrue } from "./evaluation.ts";
import type { Finding, Findings, Veto } from "./evaluation.ts";

const overviewLength = 101;
const securityCount = 2;
/** A change may need no data model and no endpoint; leaving them out earns part of the weight. */
const noneNeeded = 0.3;

/** DESIGN is judged by whether someone could build from it. */
export function evaluateDesign(artifact: DesignArtifact): Findings {
  const names = artifact.components.map(({ name }) => name);
  const vetoes: Veto[] = [...duplicateVetoes("component names", names)];
  if (names.length === 0) {
    vetoes.push({
      code: "EMPTY_ARTIFACT",
      message: "there is no component; describe at least one",
    });
  }
  return { criteria: [...shapeCriteria(artifact), ...qualityCriteria(artifact)], vetoes };
}

function shapeCriteria(artifact: DesignArtifact): readonly Finding[] {
  const { components, data_models: models, api_endpoints: endpoints } = artifact;
  const overview = artifact.architecture_overview.trim().length;
  return [
    {
      name: "feature_name",
      weight: 0.05,
      score: shareTrue(says(artifact.feature_name)),
      detail: artifact.feature_name || "none",
      advice: "Set feature_name",
    },
    {
      name: "architecture_overview",
      weight: 0.15,
      score: shareOf(overview, overviewLength),
      detail: `${overview} characters`,
      advice: "Write an architecture_overview of more than 100 characters",
    },
    {
      name: "components",
      weight: 0.2,
      score: meanOf(components, ({ type, responsibility }) =>
        shareTrue(says(type), says(responsibility)),
      ),
      detail: `${components.length} components`,
      advice: "Give every one of components a type and a responsibility",
    },
    {
      name: "data_models",
      weight: 0.15,
      score:
        models.length === 0
          ? noneNeeded
          : meanOf(models, ({ fields }) => shareTrue(entriesIn(fields) > 0)),
      detail: `${models.length} models`,
      advice: "List data_models with their fields, including types the change adds or reads",
    },
    {
      name: "api_endpoints",
      weight: 0.15,
      score:
        endpoints.length === 0
          ? noneNeeded
          : meanOf(endpoints, ({ method, path, description }) =>
              shareTrue(says(method), says(path), says(description)),
            ),
      detail: `${endpoints.length} endpoints`,
      advice: "List api_endpoints with method, path and description, where there are any",
    },
  ];
}

function qualityCriteria(artifact: DesignArtifact): readonly Finding[] {
  const { testing_strategy: testing, integration_points: integration } = artifact;
  const unitTests = testing?.unit_tests.length ?? 0;
  const integrationTests = testing?.integration_tests.length ?? 0;
  const errors = entriesIn(artifact.error_handling);
  const security = artifact.security_considerations.filter(says).length;
  return [
    {
      name: "testing_strategy",
      weight: 0.1,
      score: shareTrue(unitTests > 0, integrationTests > 0),
      detail: `${unitTests} unit, ${integrationTests} integration`,
      advice: "Name in testing_strategy at least one unit test and one integration test",
    },
    {
      name: "error_handling",
      weight: 0.08,
      score: shareOf(errors, 1),
      detail: `${errors} cases`,
      advice: "Say in error_handling what can fail and what happens then",
    },
    {
      name: "security_considerations",
      weight: 0.07,
      score: shareOf(security, securityCount),
      detail: `${security} stated`,
      advice: "State at least two security_considerations",
    },
    {
      name: "integration_points",
      weight: 0.05,
      score: shareOf(integration.length, 1),
      detail: `${integration.length} named`,
      advice: "Name at least one of integration_points with existing code",
    },
  ];
}
