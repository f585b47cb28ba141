import * as z from "zod";
import { Timestamp } from "../values.ts";

/** What anybody may ask: that a server is there, and which versions it speaks. */
export const Health = z
  .object({
    status: z.enum(["ready", "draining"]),
    version: z.string(),
    api_versions: z.array(z.string()),
    store: z.enum(["pglite", "postgres"]),
    pid: z.int(),
    started_at: Timestamp,
  })
  .meta({ id: "Health" });

export const NoInput = z.object({});

export const Drained = z.object({ status: z.literal("draining") });
