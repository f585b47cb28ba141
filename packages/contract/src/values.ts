import * as z from "zod";

/** ISO-8601 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime();

/** Any JSON value; nobody renames keys inside it. */
export const Json = z.json();
// As JSON Schema it is "anything": typed clients cannot express the recursion that it is made of.
Json._zod.toJSONSchema = () => ({ description: "any JSON value" });

/** Tokens as the provider counted them; cost in millionths of a US dollar, `null` where no price is known. */
export const Usage = z
  .object({
    input_tokens: z.int().min(0),
    output_tokens: z.int().min(0),
    cost_microusd: z.int().min(0).nullable(),
  })
  .meta({ id: "Usage" });

/** Why something failed or waits for a person. */
export const Failure = z
  .object({
    code: z.string(),
    message: z.string(),
    at: Timestamp,
  })
  .meta({ id: "Failure" });
