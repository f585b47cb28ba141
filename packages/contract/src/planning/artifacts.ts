import * as z from "zod";
import { designSchema } from "./design.ts";
import { exploreSchema } from "./explore.ts";
import type { PlanningPhase } from "./phase.ts";
import { prdSchema } from "./prd.ts";
import { requirementsSchema } from "./requirements.ts";
import { syncSchema } from "./sync.ts";
import { tasksSchema } from "./tasks.ts";

/** The schema of the artefact each planning phase leaves. */
export const artifactSchemas = {
  EXPLORE: exploreSchema,
  PRD: prdSchema,
  REQUIREMENTS: requirementsSchema,
  DESIGN: designSchema,
  TASKS: tasksSchema,
  SYNC: syncSchema,
} as const satisfies Record<PlanningPhase, z.ZodType>;

export type ArtifactOf<P extends PlanningPhase> = z.infer<(typeof artifactSchemas)[P]>;

/** The accepted artefacts of the phases passed so far. */
export type AcceptedArtifacts = { readonly [P in PlanningPhase]?: ArtifactOf<P> };

/** JSON Schema (draft 2020-12) of what a model may send for a phase: the input side, before defaults. */
export function artifactJsonSchema(phase: PlanningPhase): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(artifactSchemas[phase], {
    io: "input",
    override: ({ jsonSchema }) => {
      delete jsonSchema.default;
      if (typeof jsonSchema.additionalProperties === "object") {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  return schema;
}
