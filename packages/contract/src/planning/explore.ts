import * as z from "zod";
import { freeform, lines, text } from "./fields.ts";

/** What EXPLORE learned about the repository and about the wish. */
export const exploreSchema = z.looseObject({
  codebase_summary: text,
  project_type: text,
  tech_stack: lines,
  structure: freeform.optional().describe("directory → what lives there"),
  key_files: z.array(z.looseObject({ path: z.string().min(1), purpose: text })).default([]),
  relevant_patterns: z
    .array(z.looseObject({ pattern: z.string(), description: text, files: lines }))
    .default([]),
  existing_models: z
    .array(z.looseObject({ name: z.string(), file: text, fields: freeform.optional() }))
    .default([]),
  conventions: z.looseObject({ naming: text, testing: text, patterns: lines }).optional(),
  entry_points: lines,
  test_structure: freeform.optional(),
  discovery_questions: z
    .array(z.looseObject({ category: z.string(), questions: lines }))
    .default([])
    .describe("open questions in at least five categories"),
  feature_summary: z
    .looseObject({
      name: text,
      one_liner: text,
      problem_statement: text,
      scope_in: lines,
      scope_out: lines,
      technical_constraints: lines,
      risks_identified: lines,
      success_metrics: lines,
    })
    .optional(),
  related_to_feature: lines.describe("paths the change will touch or lean on"),
  notes: freeform.optional(),
});

export type ExploreArtifact = z.infer<typeof exploreSchema>;
