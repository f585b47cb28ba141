export { createRepository } from "./create-repository.ts";
export type { CreatedRepository, RepositoryOptions } from "./create-repository.ts";
export type { FaultRule, GitHubFault, GitHubOrigin } from "./github/fault.ts";
export { startGitHub } from "./github/github-server.ts";
export type {
  GitHubOptions,
  GitHubRequest,
  LoopbackGitHub,
  RepositoryInput,
} from "./github/github-server.ts";
export type {
  AssetContent,
  AssetInput,
  HostedRepository,
  Lateness,
  ReleaseInput,
} from "./github/hosted-repository.ts";
export { loadScenario, parseScenario } from "./load-scenario.ts";
export { startModelServer } from "./model-server.ts";
export type { ModelRequest, ModelServer } from "./model-server.ts";
export { installPlugin } from "./sample-plugin.ts";
export type { SamplePlugin } from "./sample-plugin.ts";
export {
  createSampleRepository,
  demoScenarioUrl,
  sampleFilesUrl,
  selfScenarioUrl,
} from "./sample-repository.ts";
export { Scenario } from "./scenario.ts";
export type { ScenarioCall, ScenarioFault, ScenarioInput, ScenarioTask } from "./scenario.ts";
