import type { FastifyInstance, FastifyRequest } from "fastify";
import { operations } from "@aomori/contract";
import type { IdentityResource } from "@aomori/contract";
import type { HttpMethod } from "@aomori/operation";
import { TerminalError } from "@aomori/protocol";
import type { EventHub } from "./events/event-hub.ts";
import { serveStream } from "./events/stream-route.ts";
import type { Handlers, Plans } from "./handlers.ts";
import { IdempotentCalls } from "./idempotency.ts";
import type { IdempotencyPort } from "./ports.ts";
import { inputReader } from "./read-input.ts";
import { unaryRoute } from "./unary-route.ts";
import type { AnyHandler } from "./unary-route.ts";

export interface RegisterOptions {
  readonly handlers: Handlers;
  readonly plans: Plans;
  readonly idempotency: IdempotencyPort;
  readonly clock: () => number;
  readonly hub: EventHub;
  readonly streamBufferLimitBytes: number;
}

const fastifyPath = (path: string): string => path.replace(/\{([a-z_]+)\}/g, ":$1");

function identityOf(request: FastifyRequest): IdentityResource {
  if (request.identity !== null) return request.identity;
  throw new TerminalError("internal", "NO_IDENTITY", "a route was reached without a checked key");
}

/** The functions of a table by operation id, without the types that were checked when the table was written. */
function byId(table: Handlers | Plans): ReadonlyMap<string, AnyHandler> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each is called only with what the schema of its own id has parsed
  return new Map(Object.entries(table) as [string, AnyHandler][]);
}

/** Adds a route for every operation but health, which anybody may ask. */
export function registerOperations(app: FastifyInstance, options: RegisterOptions): void {
  const handlers = byId(options.handlers);
  const plans = byId(options.plans);
  const idempotent = new IdempotentCalls(options.idempotency);
  for (const operation of Object.values(operations)) {
    const { http } = operation;
    if (http === undefined || operation.scope === null) continue;
    const shared = { url: fastifyPath(http.path), config: { operation } };
    const method: HttpMethod = http.method;
    if (operation.events !== undefined) {
      registerStream(app, options, { ...shared, method });
      continue;
    }
    const handler = handlers.get(operation.id);
    if (handler === undefined) {
      throw new TypeError(`operation ${operation.id} has no handler`);
    }
    const plan = plans.get(operation.id);
    const answer = unaryRoute({ operation, handler, plan, idempotent, clock: options.clock });
    app.route({
      ...shared,
      method,
      handler: (request, reply) => answer(request, reply, identityOf(request)),
    });
  }
}

function registerStream(
  app: FastifyInstance,
  { hub, streamBufferLimitBytes }: RegisterOptions,
  route: { readonly url: string; readonly method: HttpMethod; readonly config: object },
): void {
  const read = inputReader(operations["events.stream"]);
  app.route({
    ...route,
    handler: async (request, reply) => {
      const input = read({ path: {}, query: request.query, body: undefined });
      const { orgId } = identityOf(request);
      await serveStream(input, orgId, request, reply, {
        hub,
        bufferLimitBytes: streamBufferLimitBytes,
      });
    },
  });
}
