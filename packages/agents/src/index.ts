export { findConfinement } from "./builtin/tools/confine-writes.ts";
export type {
  AgentDriver,
  AgentLimits,
  AgentRun,
  AgentRunRequest,
  DriverPresence,
  ModelChoice,
  ProviderKeys,
  SteeringRequest,
  Usage,
} from "./driver.ts";
export { driverFor, requireDriver } from "./driver-for.ts";
export type { DriverOptions } from "./driver-for.ts";
export { defaultModels, resolveModel } from "./model/choice.ts";
export type { ModelRequest } from "./model/choice.ts";
export { languageModel } from "./model/language-model.ts";
export { planPhase } from "./planner/plan-phase.ts";
export type { PlanOutcome, PlanRequest } from "./planner/plan-phase.ts";
