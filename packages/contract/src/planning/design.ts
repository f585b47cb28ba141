import * as z from "zod";
import { freeform, lines, text } from "./fields.ts";

const component = z.looseObject({
  name: z.string().min(1),
  type: text,
  responsibility: text,
  interfaces: z.array(freeform).default([]),
  dependencies: lines,
});

const dataModel = z.looseObject({
  name: z.string().min(1),
  table_name: text,
  fields: freeform.optional(),
  indexes: z.array(freeform).default([]),
  relationships: freeform.optional(),
});

const apiEndpoint = z.looseObject({
  method: z.string(),
  path: z.string(),
  description: text,
  auth_required: z.boolean().optional(),
  request_schema: freeform.optional(),
  response_schema: freeform.optional(),
});

/** The technical design. */
export const designSchema = z.looseObject({
  feature_name: text,
  architecture_overview: text,
  architecture_diagram: text.describe("mermaid"),
  components: z.array(component),
  data_models: z.array(dataModel).default([]),
  api_endpoints: z.array(apiEndpoint).default([]),
  testing_strategy: z.looseObject({ unit_tests: lines, integration_tests: lines }).optional(),
  error_handling: freeform.optional().describe("what can fail → what happens then"),
  security_considerations: lines,
  integration_points: z.array(freeform).default([]),
});

export type DesignArtifact = z.infer<typeof designSchema>;
