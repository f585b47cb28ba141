export { openRuntime } from "./open-runtime.ts";
export type { Runtime, RuntimeOptions } from "./open-runtime.ts";
export type { Caller, HandlersOf, PlansOf } from "./api/handler.ts";
export { accountHandlers, accountPlans } from "./api/account.ts";
export { agentHandlers, agentPlans } from "./api/agents.ts";
export { dagHandlers, dagPlans } from "./api/dag.ts";
export { specHandlers, specPlans } from "./api/specs.ts";
export { taskHandlers, taskPlans } from "./api/tasks.ts";
