import * as z from "zod";
import { lines, localId, text } from "./fields.ts";

const metric = z.looseObject({ metric: z.string(), target: text, measurement: text });
const role = z.looseObject({ role: z.string(), description: text, needs: lines });

const userStory = z.looseObject({
  id: localId.describe("US-001"),
  role: text,
  want: text,
  benefit: text,
  priority: text,
  acceptance_criteria: lines,
});

/** The product requirements document. */
export const prdSchema = z.looseObject({
  overview: z
    .looseObject({
      feature_name: text,
      one_liner: text,
      problem_statement: text,
      solution_summary: text,
    })
    .optional(),
  goals: z
    .looseObject({ primary: lines, secondary: lines, success_metrics: z.array(metric).default([]) })
    .optional(),
  users: z
    .looseObject({ primary: z.array(role).default([]), secondary: z.array(role).default([]) })
    .optional(),
  user_stories: z.array(userStory),
  scope: z.looseObject({ in_scope: lines, out_of_scope: lines, dependencies: lines }).optional(),
  assumptions: lines,
  constraints: z.looseObject({ technical: lines, business: lines }).optional(),
  risks: z
    .array(z.looseObject({ description: z.string(), impact: text, mitigation: text }))
    .default([]),
  open_questions: lines,
});

export type PrdArtifact = z.infer<typeof prdSchema>;
