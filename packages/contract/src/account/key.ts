import * as z from "zod";
import { pageFields } from "../page.ts";
import { Timestamp } from "../values.ts";
import { KeyId, OrgId } from "../ids.ts";

export const scopes = [
  "specs:read",
  "specs:write",
  "tasks:read",
  "tasks:write",
  "agents:read",
  "agents:write",
  "events:read",
  "keys:read",
  "keys:write",
] as const;
/** What asking about oneself needs: every key has it, so a narrow key can be looked at and stored. */
export const ownScope = "self:read";
export const Scope = z.enum(scopes).meta({ id: "Scope" });

/** A key without its secret, which is shown once, when it is made. */
export const ApiKey = z
  .object({
    id: KeyId,
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(Scope),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    revoked_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable(),
  })
  .meta({ id: "ApiKey" });

export const CreatedApiKey = ApiKey.extend({ secret: z.string() }).meta({ id: "CreatedApiKey" });

export const CreateKey = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(Scope).min(1).optional().describe("all of the maker's own when absent"),
  expires_at: Timestamp.optional(),
});
export const ListKeys = z.object({ ...pageFields });
export const RevokeKey = z.object({ id: KeyId });

/** Whose key a request carries. */
export const Identity = z
  .object({
    org_id: OrgId,
    key_id: KeyId,
    name: z.string(),
    scopes: z.array(Scope),
  })
  .meta({ id: "Identity" });
