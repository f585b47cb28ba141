import * as z from "zod";

/** ISO-8601 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime();

/** Any JSON value; nobody renames keys inside it. */
export const Json = z.json();
// As JSON Schema it is "anything": typed clients cannot express the recursion that it is made of.
Json._zod.toJSONSchema = () => ({ description: "any JSON value" });

/** `limit` and `cursor` of every list; a cursor is opaque and comes from the page before. */
export const pageFields = {
  limit: z.int().min(1).max(500).default(50).describe("items per page, 1 to 500"),
  cursor: z.string().max(500).optional().describe("next_cursor of the page before"),
};

export function pageOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next_cursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

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

/** What an operation with `dry_run` would do. */
export const Plan = z
  .object({
    actions: z.array(
      z.object({ action: z.string(), target: z.string(), detail: z.string().optional() }),
    ),
  })
  .meta({ id: "Plan" });
