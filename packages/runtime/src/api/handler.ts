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

/** Who asks. */
export interface Caller {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
  /** The key's name; recorded as who did it. */
  readonly keyName: string;
  readonly scopes: readonly ScopeName[];
}

/** Functions for the operations whose id starts with one of `Noun`. */
export type HandlersOf<Noun extends string> = {
  readonly [Id in Extract<UnaryOperationId, `${Noun}.${string}`>]: (
    input: ParsedInput<Id>,
    caller: Caller,
  ) => Promise<OperationOutput<Id>>;
};

/** What those of them with a dry run would do; these change nothing. */
export type PlansOf<Noun extends string> = {
  readonly [Id in Extract<DryRunOperationId, `${Noun}.${string}`>]: (
    input: ParsedInput<Id>,
    caller: Caller,
  ) => Promise<PlanResource>;
};
