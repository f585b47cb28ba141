import * as z from "zod";
import { designSchema } from "./design.ts";
import type { DesignArtifact } from "./design.ts";
import { exploreSchema } from "./explore.ts";
import type { ExploreArtifact } from "./explore.ts";
import type { PlanningPhase } from "./phase.ts";
import { prdSchema } from "./prd.ts";
import type { PrdArtifact } from "./prd.ts";
import { requirementsSchema } from "./requirements.ts";
import type { RequirementsArtifact } from "./requirements.ts";
import { syncSchema } from "./sync.ts";
import type { SyncArtifact } from "./sync.ts";
import { tasksSchema } from "./tasks.ts";
import type { TasksArtifact } from "./tasks.ts";

/** The schema of the artefact each planning phase leaves. */
export const artifactSchemas = {
  EXPLORE: exploreSchema,
  PRD: prdSchema,
  REQUIREMENTS: requirementsSchema,
  DESIGN: designSchema,
  TASKS: tasksSchema,
  SYNC: syncSchema,
} as const satisfies Record<PlanningPhase, z.ZodType>;

interface Artifacts {
  readonly EXPLORE: ExploreArtifact;
  readonly PRD: PrdArtifact;
  readonly REQUIREMENTS: RequirementsArtifact;
  readonly DESIGN: DesignArtifact;
  readonly TASKS: TasksArtifact;
  readonly SYNC: SyncArtifact;
}

export type ArtifactOf<P extends PlanningPhase> = Artifacts[P];

/** The accepted artefacts of the phases passed so far. */
export type AcceptedArtifacts = { readonly [P in PlanningPhase]?: ArtifactOf<P> };

/** JSON Schema (draft 2020-12) of what a model may send for a phase: the input side, before defaults. */
export function artifactJsonSchema(phase: PlanningPhase): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(artifactSchemas[phase], {
    io: "input",
    override: ({ jsonSchema }) => {
      delete jsonSchema.default;
      const rest = jsonSchema.additionalProperties;
      if (typeof rest === "object" && Object.keys(rest).length === 0) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  return schema;
}
