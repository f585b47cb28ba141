export { startEngine } from "./engine.ts";
export type { Engine, EngineOptions } from "./engine.ts";
export type * from "./ports.ts";
