import { ownScope } from "@aomori/contract";
import type { IdentityResource } from "@aomori/contract";
import type { Operation } from "@aomori/operation";
import { UserError } from "@aomori/protocol";
import type { Authenticate } from "./ports.ts";

const bearer = /^Bearer +(\S+)$/i;

/** Who sends the request; throws API_KEY_MISSING or API_KEY_INVALID (401), or SCOPE_MISSING (403). */
export async function checkAccess(
  authorization: string | undefined,
  operation: Operation,
  authenticate: Authenticate,
): Promise<IdentityResource> {
  const secret = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
  if (secret === undefined) {
    throw new UserError(
      "authn",
      "API_KEY_MISSING",
      "the request carries no API key; send Authorization: Bearer aomori_sk_…",
    );
  }
  const identity = await authenticate(secret);
  if (identity === undefined) {
    throw new UserError(
      "authn",
      "API_KEY_INVALID",
      "the API key is unknown, expired or revoked; make one with: aomori key create",
    );
  }
  const held: readonly string[] = [ownScope, ...identity.scopes];
  if (operation.scope !== null && !held.includes(operation.scope)) {
    throw new UserError(
      "authz",
      "SCOPE_MISSING",
      `${operation.id} needs the scope ${operation.scope}, which key ${identity.name} does not have; use a key that has it`,
      { details: { scope: operation.scope, held: identity.scopes } },
    );
  }
  return identity;
}
