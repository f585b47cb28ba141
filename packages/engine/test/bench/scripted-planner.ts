import { artifactSchemas, modelPhases } from "@aomori/contract";
import type { ModelPhase } from "@aomori/contract";
import { readFileSync } from "node:fs";
import type { PlannerPort, PlanOutcome, PlanRequest } from "../../src/index.ts";
import { goodPlan } from "../plans.ts";

const usage = { inputTokens: 100, outputTokens: 20, costMicrousd: 50 };

/** Answers one request; `nth` counts the requests for this phase, from 1. */
export type PlanScript = (request: PlanRequest, nth: number) => Promise<PlanOutcome> | PlanOutcome;

/** What the provider gave and what was asked, kept for assertions. */
export class ScriptedPlanner implements PlannerPort {
  readonly #scripts = new Map<string, PlanScript>();
  readonly #asked = new Map<string, PlanRequest[]>();

  play(name: string, script: PlanScript): void {
    this.#scripts.set(name, script);
    this.#asked.set(name, []);
  }

  /** The requests of one script, in order. */
  asked(name: string, phase?: ModelPhase): PlanRequest[] {
    const all = this.#asked.get(name) ?? [];
    return phase === undefined ? all : all.filter((request) => request.phase === phase);
  }

  async plan(request: PlanRequest): Promise<PlanOutcome> {
    const name = request.model?.model ?? "";
    const script = this.#scripts.get(name);
    if (script === undefined) throw new Error(`no plan for ${name}`);
    this.#asked.get(name)?.push(request);
    return script(request, this.asked(name, request.phase).length);
  }
}

interface DemoScenario {
  readonly phases: Readonly<Record<string, readonly { readonly artefact: unknown }[]>>;
}

const demo: DemoScenario = JSON.parse(
  readFileSync(new URL("../../../testkit/scenarios/demo.json", import.meta.url), "utf8"),
);

/** Artefacts that every evaluator accepts; the plan has two tasks, the second waiting for the first. */
export function goodArtefacts(): Record<ModelPhase, unknown> {
  const { requirements, design, tasks } = goodPlan(2, [[0, 1]]);
  return {
    EXPLORE: demo.phases["EXPLORE"]?.[0]?.artefact,
    PRD: demo.phases["PRD"]?.at(-1)?.artefact,
    REQUIREMENTS: requirements,
    DESIGN: design,
    TASKS: tasks,
  };
}

/** The same without a word in it: read with its schema, and far below the threshold. */
export function poorArtefact(phase: ModelPhase): unknown {
  const { requirements, design, tasks } = goodPlan(2, []);
  const stories = artifactSchemas.PRD.parse(goodArtefacts().PRD).user_stories;
  switch (phase) {
    case "REQUIREMENTS":
      return {
        feature_name: "",
        requirements: requirements.requirements
          .slice(0, 1)
          .map((one) => ({ ...one, text: "", acceptance_criteria: [] })),
      };
    case "DESIGN":
      return {
        feature_name: "",
        architecture_overview: "",
        components: design.components.slice(0, 1),
      };
    case "TASKS":
      return {
        ...tasks,
        tasks: tasks.tasks.map((task) => ({
          ...task,
          dependencies: {
            depends_on: ["TSK-001", "TSK-002"].filter((id) => id !== task.id),
            blocks: [],
          },
        })),
      };
    case "PRD":
      return { user_stories: stories.slice(0, 1) };
    case "EXPLORE":
      return artifactSchemas.EXPLORE.parse({});
  }
}

export const answered = (value: unknown): PlanOutcome => ({
  kind: "object",
  value,
  text: JSON.stringify(value),
  usage,
});

/** Good answers but where `other` gives one. */
export function planning(other: Partial<Record<ModelPhase, PlanScript>> = {}): PlanScript {
  const good = goodArtefacts();
  return (request, nth) => other[request.phase]?.(request, nth) ?? answered(good[request.phase]);
}

export const phasesOf = (requests: readonly PlanRequest[]): ModelPhase[] =>
  requests.map(({ phase }) => phase);

export { modelPhases };
