import * as z from "zod";

/** What an operation with `dry_run` would do. */
export const Plan = z
  .object({
    actions: z.array(
      z.object({ action: z.string(), target: z.string(), detail: z.string().optional() }),
    ),
  })
  .meta({ id: "Plan" });
