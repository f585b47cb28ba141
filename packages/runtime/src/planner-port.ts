import { planPhase } from "@aomori/agents";
import { artifactSchemas } from "@aomori/contract";
import type { PlannerPort } from "@aomori/engine";
import { UserError } from "@aomori/protocol";
import type * as z from "zod";

const maxSteps = 60;

/** Planning by one model of the AI SDK. */
export const plannerPort: PlannerPort = {
  async plan({ phase, model, repository, ...request }) {
    if (model === null) {
      throw new UserError(
        "config",
        "MODEL_NOT_CONFIGURED",
        'no model is chosen for planning; set one with "aomori config set model provider/model"',
      );
    }
    const schema: z.ZodType = artifactSchemas[phase];
    return planPhase({
      ...request,
      model,
      schema,
      maxSteps,
      ...(repository === undefined ? {} : { repo: { root: repository } }),
    });
  },
};
