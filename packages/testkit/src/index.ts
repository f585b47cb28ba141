export { createRepository } from "./create-repository.ts";
export type { CreatedRepository, RepositoryOptions } from "./create-repository.ts";
export { loadScenario, parseScenario } from "./load-scenario.ts";
export { startModelServer } from "./model-server.ts";
export type { ModelRequest, ModelServer } from "./model-server.ts";
export {
  createSampleRepository,
  demoScenarioUrl,
  sampleFilesUrl,
  selfScenarioUrl,
} from "./sample-repository.ts";
export { Scenario } from "./scenario.ts";
export type { ScenarioCall, ScenarioFault, ScenarioInput, ScenarioTask } from "./scenario.ts";
