import type {
  DryRunOperationId,
  KeyId,
  OperationOutput,
  OrgId,
  ParsedInput,
  PlanResource,
  ScopeName,
  UnaryOperationId,
} from "@aomori/contract";

/** Who asks, and under which conditions; made by the server from the request. */
export interface RequestContext {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  readonly keyName: string;
  readonly scopes: readonly ScopeName[];
  readonly requestId: string;
  readonly nowMs: number;
  /** Set when the caller sent one; a handler may store it with its effect to be exact across a crash. */
  readonly idempotencyKey: string | undefined;
  /** Aborted when the caller goes away before the answer is sent. */
  readonly signal: AbortSignal;
}

/** `system.health` is answered without a key, by the `health` option. */
export type HandledOperationId = Exclude<UnaryOperationId, "system.health">;

/** One function per operation; a missing one is a type error. */
export type Handlers = {
  readonly [Id in HandledOperationId]: (
    input: ParsedInput<Id>,
    context: RequestContext,
  ) => Promise<OperationOutput<Id>>;
};

/** What each operation with a dry run would do; these change nothing. */
export type Plans = {
  readonly [Id in DryRunOperationId]: (
    input: ParsedInput<Id>,
    context: RequestContext,
  ) => Promise<PlanResource>;
};
