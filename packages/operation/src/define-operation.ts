import type { Schema } from "./standard-schema.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface HttpBinding {
  readonly method: HttpMethod;
  /** Path with `{name}` placeholders; each is a field of the input. Of the rest, GET and DELETE send a query, others a body. */
  readonly path: `/${string}`;
  /** Status of a success; 200 when absent. */
  readonly successStatus?: 200 | 201 | 202;
}

export interface Effects {
  readonly readOnly: boolean;
  /** Deletes, purges or moves what the user made; asks on a terminal and needs `--yes` elsewhere. */
  readonly destructive?: boolean;
  /** Sending the same `Idempotency-Key` again answers with the first result. */
  readonly idempotencyKey?: boolean;
  /** `--dry-run` answers with a plan instead of doing it. */
  readonly dryRun?: boolean;
}

export interface CliBinding {
  /** Noun then verb: `task show`. */
  readonly command: string;
  /** Input fields taken by position, in order. */
  readonly positionals?: readonly string[];
  /** Output fields a table shows, in order (wire names). */
  readonly columns?: readonly string[];
  /** Flag name when it is not the field's in kebab-case. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly examples?: readonly string[];
}

interface OperationBase<Id extends string, Input extends Schema, Effect extends Effects = Effects> {
  /** `resource.verb` in snake_case. */
  readonly id: Id;
  /** One imperative sentence without a full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly http?: HttpBinding;
  readonly input: Input;
  /** The permission a key needs, `noun:read` or `noun:write`; `null` for what anybody may ask. */
  readonly scope: string | null;
  readonly effects: Effect;
  /** Codes this operation can answer with, besides those every operation can. */
  readonly errors?: readonly string[];
  readonly cli?: CliBinding;
}

/** An operation answers once with `output`, or with a stream of `events`. */
export type Operation<
  Id extends string = string,
  Input extends Schema = Schema,
  Output extends Schema = Schema,
> =
  | (OperationBase<Id, Input> & { readonly output: Output; readonly events?: undefined })
  | (OperationBase<Id, Input> & { readonly events: Output; readonly output?: undefined });

/** `Effect` keeps the literal effects, so that a type can ask which operations have a dry run. */
export type UnaryOperation<
  Id extends string = string,
  Input extends Schema = Schema,
  Output extends Schema = Schema,
  Effect extends Effects = Effects,
> = OperationBase<Id, Input, Effect> & { readonly output: Output; readonly events?: undefined };

export type StreamOperation<
  Id extends string = string,
  Input extends Schema = Schema,
  Event extends Schema = Schema,
> = OperationBase<Id, Input> & { readonly events: Event; readonly output?: undefined };

/** Keeps the exact types of one operation; throws a `TypeError` for a definition no surface could serve. */
export function defineOperation<
  const Id extends string,
  Input extends Schema,
  Output extends Schema,
  const Effect extends Effects,
>(operation: UnaryOperation<Id, Input, Output, Effect>): UnaryOperation<Id, Input, Output, Effect>;
export function defineOperation<
  const Id extends string,
  Input extends Schema,
  Event extends Schema,
>(operation: StreamOperation<Id, Input, Event>): StreamOperation<Id, Input, Event>;
export function defineOperation(operation: Operation): Operation {
  if (!/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/.test(operation.id)) {
    throw new TypeError(`operation id ${JSON.stringify(operation.id)} is not resource.verb`);
  }
  if (operation.scope !== null && !/^[a-z_]+:(read|write)$/.test(operation.scope)) {
    throw new TypeError(
      `operation ${operation.id}: scope ${operation.scope} is not noun:read|write`,
    );
  }
  if (operation.effects.readOnly && operation.effects.destructive === true) {
    throw new TypeError(`operation ${operation.id} cannot be read-only and destructive`);
  }
  return operation;
}

/** The names in `{…}` of an operation's path, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] ?? "");
}
