import type { FastifyReply, FastifyRequest } from "fastify";
import { Plan, toWire } from "@aomori/contract";
import type { IdentityResource } from "@aomori/contract";
import { planMediaType } from "@aomori/operation";
import type { UnaryOperation } from "@aomori/operation";
import { UserError } from "@aomori/protocol";
import type * as z from "zod";
import { CallContext } from "./call-context.ts";
import type { RequestContext } from "./handlers.ts";
import { checkIdempotencyKey, requestHash } from "./idempotency.ts";
import type { IdempotentCalls } from "./idempotency.ts";
import type { IdempotentAnswer } from "./ports.ts";
import { inputReader } from "./read-input.ts";

type BoundOperation = UnaryOperation<string, z.ZodType, z.ZodType>;
/** A handler or plan whose types were checked where it was written, seen from the route that parses for it. */
export type AnyHandler = (input: unknown, context: RequestContext) => Promise<unknown>;

export interface UnaryRoute {
  readonly operation: BoundOperation;
  readonly handler: AnyHandler;
  readonly plan: AnyHandler | undefined;
  readonly idempotent: IdempotentCalls;
  readonly clock: () => number;
}

const jsonType = "application/json; charset=utf-8";

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
};

/** Takes `dry_run` out of the query; a query of its own is never an input's field. */
function splitDryRun(request: FastifyRequest): { dryRun: boolean; query: Record<string, unknown> } {
  const query: Record<string, unknown> = {};
  let asked: unknown = headerOf(request, "aomori-dry-run");
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (name === "dry_run") asked = value;
    else query[name] = value;
  }
  if (asked === undefined || asked === "false" || asked === "0") return { dryRun: false, query };
  if (asked === "true" || asked === "1" || asked === "") return { dryRun: true, query };
  throw new UserError("validation", "VALIDATION_FAILED", "dry_run: is either true or false");
}

function refuse(operation: BoundOperation, code: string, what: string): UserError {
  return new UserError("validation", code, `${operation.id} ${what}; nothing was done`);
}

function idempotencyKeyOf(request: FastifyRequest, operation: BoundOperation): string | undefined {
  const key = headerOf(request, "idempotency-key");
  if (key === undefined || operation.effects.readOnly) return undefined;
  if (operation.effects.idempotencyKey !== true) {
    throw refuse(operation, "IDEMPOTENCY_KEY_UNSUPPORTED", "does not keep an Idempotency-Key");
  }
  checkIdempotencyKey(key);
  return key;
}

function send(reply: FastifyReply, status: number, body: unknown, type = jsonType): FastifyReply {
  return reply.code(status).header("content-type", type).send(JSON.stringify(body));
}

/** Maps one request to one call and its answer back. */
export function unaryRoute(
  route: UnaryRoute,
): (
  request: FastifyRequest,
  reply: FastifyReply,
  identity: IdentityResource,
) => Promise<FastifyReply> {
  const { operation, handler, plan, idempotent, clock } = route;
  const read = inputReader(operation);
  const status = operation.http?.successStatus ?? 200;
  const { readOnly } = operation.effects;

  const call = async (input: unknown, context: RequestContext): Promise<IdempotentAnswer> => ({
    status,
    body: toWire(operation.output, await handler(input, context)),
  });

  return async (request, reply, identity) => {
    const { dryRun, query } = readOnly
      ? { dryRun: false, query: request.query }
      : splitDryRun(request);
    const input = read({ path: request.params, query, body: request.body });
    const key = idempotencyKeyOf(request, operation);
    const context = new CallContext(identity, request, reply, clock(), key);
    if (dryRun) {
      if (plan === undefined) throw refuse(operation, "DRY_RUN_UNSUPPORTED", "has no dry run");
      const planned = Plan.parse(await plan(input, context));
      return send(reply, 200, { plan: planned }, planMediaType);
    }
    if (key === undefined) return send(reply, status, (await call(input, context)).body);
    const { orgId, nowMs } = context;
    const asked = { orgId, operation: operation.id, key, requestHash: requestHash(input), nowMs };
    const { answer, replayed } = await idempotent.run(asked, () => call(input, context));
    if (replayed) reply.header("idempotency-replayed", "true");
    return send(reply, answer.status, answer.body);
  };
}
