import type { AcceptedArtifacts, ArtifactOf, PlanningPhase } from "@aomori/contract";
import { evaluateDesign } from "./evaluate-design.ts";
import { evaluateExplore } from "./evaluate-explore.ts";
import { evaluatePrd } from "./evaluate-prd.ts";
import { evaluateRequirements } from "./evaluate-requirements.ts";
import { evaluateSync } from "./evaluate-sync.ts";
import { evaluateTasks } from "./evaluate-tasks.ts";
import { evaluationOf } from "./evaluation.ts";
import type { Evaluation, Findings } from "./evaluation.ts";

export { passes } from "./evaluation.ts";
export type { Evaluation } from "./evaluation.ts";

type Evaluators = {
  readonly [P in PlanningPhase]: (artifact: ArtifactOf<P>, accepted: AcceptedArtifacts) => Findings;
};

const evaluators: Evaluators = {
  EXPLORE: evaluateExplore,
  PRD: evaluatePrd,
  REQUIREMENTS: evaluateRequirements,
  DESIGN: evaluateDesign,
  TASKS: evaluateTasks,
  SYNC: evaluateSync,
};

export interface EvaluationContext {
  /** The artefacts of earlier phases that this one stands on; TASKS needs REQUIREMENTS among them. */
  readonly accepted: AcceptedArtifacts;
}

/** Judges a phase's artefact by fixed rules: the same artefact always gets the same evaluation. */
export function evaluate<P extends PlanningPhase>(
  phase: P,
  artifact: ArtifactOf<P>,
  context: EvaluationContext,
): Evaluation {
  return evaluationOf(evaluators[phase](artifact, context.accepted));
}
