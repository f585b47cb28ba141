import { Plan, fromWire, toWireInput } from "@aomori/contract";
import type { Camel, PlanResource } from "@aomori/contract";
import type { UnaryOperation } from "@aomori/operation";
import { TerminalError } from "@aomori/protocol";
import * as z from "zod";
import { send } from "./send.ts";
import type { Endpoint } from "./send.ts";
import { sdkVersion } from "./version.ts";

/** For every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
}

/** For calls with effects. */
export interface EffectOptions extends CallOptions {
  /** Answers with a plan instead of doing it. */
  readonly dryRun?: boolean;
  /** Made by the client when absent; give one to keep it across processes. */
  readonly idempotencyKey?: string;
}

/** A plan for a dry run, the resource otherwise; either where the options leave it open. */
export type Answer<Resource, Options> = Options extends { readonly dryRun: true }
  ? PlanResource
  : Options extends { readonly dryRun: false }
    ? Resource
    : "dryRun" extends keyof Options
      ? PlanResource | Resource
      : Resource;

const PlanAnswer = z.object({ plan: Plan });

/** Reads an answer by its schema: fields this version does not know are left out, others must fit. */
function parsed<Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  answer: unknown,
): z.output<Schema> {
  const result = z.safeParse(schema, answer);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const message = `the answer to ${operation} is not what version ${sdkVersion} of the SDK reads (${issue?.path.join(".")}: ${issue?.message}); use the SDK of the server's version`;
  throw new TerminalError("internal", "ANSWER_UNREADABLE", message, { cause: result.error });
}

const decode = <Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  answer: unknown,
): Camel<z.output<Schema>> => fromWire(schema, parsed(operation, schema, answer));

/** Calls operations by their definition: camelCase in, camelCase out, each with the operation's own types. */
export class Calls {
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** The answer in its wire shape, for what is decoded item by item. */
  async readWire<Input extends z.ZodType, Output extends z.ZodType>(
    operation: UnaryOperation<string, Input, Output>,
    input: Camel<z.input<Input>>,
    options: CallOptions = {},
  ): Promise<z.output<Output>> {
    return parsed(operation.id, operation.output, await this.#send(operation, input, options));
  }

  async read<Input extends z.ZodType, Output extends z.ZodType>(
    operation: UnaryOperation<string, Input, Output>,
    input: Camel<z.input<Input>>,
    options: CallOptions = {},
  ): Promise<Camel<z.output<Output>>> {
    const answer = await this.#send(operation, input, options);
    return decode(operation.id, operation.output, answer);
  }

  effect<
    Input extends z.ZodType,
    Output extends z.ZodType,
    Options extends EffectOptions = CallOptions,
  >(
    operation: UnaryOperation<string, Input, Output>,
    input: Camel<z.input<Input>>,
    options?: Options,
  ): Promise<Answer<Camel<z.output<Output>>, Options>>;
  async effect(
    operation: UnaryOperation<string, z.ZodType, z.ZodType>,
    input: unknown,
    options: EffectOptions = {},
  ): Promise<unknown> {
    const answer = await this.#send(operation, input, options);
    return options.dryRun === true
      ? decode(operation.id, PlanAnswer, answer).plan
      : decode(operation.id, operation.output, answer);
  }

  #send<Input extends z.ZodType>(
    operation: UnaryOperation<string, Input, z.ZodType>,
    input: Camel<z.input<Input>>,
    { signal, timeoutMs, maxRetries, dryRun, idempotencyKey }: EffectOptions,
  ): Promise<unknown> {
    const endpoint = {
      ...this.endpoint,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maxRetries === undefined ? {} : { maxRetries }),
    };
    const wire: unknown = toWireInput(operation.input, input);
    const fields = typeof wire === "object" && wire !== null ? { ...wire } : {};
    return send(endpoint, { operation, input: fields, dryRun, idempotencyKey, signal });
  }
}
