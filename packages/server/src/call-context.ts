import type { FastifyReply, FastifyRequest } from "fastify";
import type { IdentityResource, KeyId, OrgId, ScopeName } from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";
import type { RequestContext } from "./handlers.ts";

/** A handler's view of its request; the signal is made when it is first asked for, since most handlers never do. */
export class CallContext implements RequestContext {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly keyName: string;
  readonly scopes: readonly ScopeName[];
  readonly requestId: string;
  readonly nowMs: number;
  readonly idempotencyKey: string | undefined;
  readonly #reply: FastifyReply;
  #controller: AbortController | undefined;

  constructor(
    identity: IdentityResource,
    request: FastifyRequest,
    reply: FastifyReply,
    nowMs: number,
    idempotencyKey: string | undefined,
  ) {
    this.orgId = identity.orgId;
    this.keyId = identity.keyId;
    this.keyName = identity.name;
    this.scopes = identity.scopes;
    this.requestId = request.id;
    this.nowMs = nowMs;
    this.idempotencyKey = idempotencyKey;
    this.#reply = reply;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      const { raw } = this.#reply;
      const gone = (): void => {
        if (raw.writableEnded) return;
        controller.abort(
          new TerminalError("cancelled", "CALLER_GONE", "the caller went away before its answer"),
        );
      };
      if (raw.destroyed) gone();
      else raw.once("close", gone);
      this.#controller = controller;
    }
    return this.#controller.signal;
  }
}
