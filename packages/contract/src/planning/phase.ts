import * as z from "zod";

/** The seven phases of a spec, in order; the only phase vocabulary there is. */
export const phases = [
  "EXPLORE",
  "PRD",
  "REQUIREMENTS",
  "DESIGN",
  "TASKS",
  "SYNC",
  "COMPLETE",
] as const;
export const Phase = z.enum(phases).meta({ id: "Phase" });
export type Phase = (typeof phases)[number];

/** The phases that leave an artefact. */
export const planningPhases = [
  "EXPLORE",
  "PRD",
  "REQUIREMENTS",
  "DESIGN",
  "TASKS",
  "SYNC",
] as const;
export const PlanningPhase = z.enum(planningPhases).meta({ id: "PlanningPhase" });
export type PlanningPhase = (typeof planningPhases)[number];

/** The phases whose artefact a model writes; SYNC is computed from them. */
export const modelPhases = ["EXPLORE", "PRD", "REQUIREMENTS", "DESIGN", "TASKS"] as const;
export type ModelPhase = (typeof modelPhases)[number];
