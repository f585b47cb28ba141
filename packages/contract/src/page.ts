import * as z from "zod";

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
