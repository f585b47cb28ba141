import * as z from "zod";
import { lines, localId, localIds, text } from "./fields.ts";
import { obligation } from "./priority.ts";

const requirement = z.looseObject({
  id: localId.describe("REQ-FEATURE-CATEGORY-001"),
  title: text,
  type: text,
  category: text,
  priority: obligation,
  text: text.describe("EARS: WHEN <condition> THE SYSTEM SHALL <behaviour>"),
  acceptance_criteria: lines.describe("at least two, each checkable"),
  dependencies: localIds.describe("ids of other requirements"),
  notes: text,
});

/** Requirements in EARS form with their acceptance criteria. */
export const requirementsSchema = z.looseObject({
  feature_name: text,
  requirements: z.array(requirement),
  assumptions: lines,
  out_of_scope: lines,
  traceability: z
    .record(z.string(), z.union([z.string(), lines]))
    .default({})
    .describe("requirement id → ids of the user stories it comes from"),
});

export type RequirementsArtifact = z.infer<typeof requirementsSchema>;
export type Requirement = z.infer<typeof requirement>;
