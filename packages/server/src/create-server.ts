import { randomBytes } from "node:crypto";
import { fastify } from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HealthResource, IdentityResource } from "@aomori/contract";
import { Health, operations, toWire } from "@aomori/contract";
import type { Operation } from "@aomori/operation";
import { TerminalError, UserError } from "@aomori/protocol";
import { checkAccess } from "./check-access.ts";
import { EventHub } from "./events/event-hub.ts";
import type { Handlers, Plans } from "./handlers.ts";
import { toHttpError } from "./http-errors.ts";
import { isLoopback, refuseForeignPages } from "./loopback-guard.ts";
import { OpenSockets } from "./open-sockets.ts";
import { openApiDocument } from "./openapi.ts";
import type { Authenticate, EventSource, IdempotencyPort, Log } from "./ports.ts";
import { registerOperations } from "./register-operations.ts";
import { unknownRoute } from "./unknown-route.ts";

declare module "fastify" {
  interface FastifyRequest {
    identity: IdentityResource | null;
  }
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

export interface ServerOptions {
  readonly handlers: Handlers;
  readonly plans: Plans;
  readonly events: EventSource;
  readonly idempotency: IdempotencyPort;
  readonly authenticate: Authenticate;
  readonly health: () => Promise<HealthResource>;
  /** Sent with every answer as Aomori-Version. */
  readonly version: string;
  readonly log: Log;
  readonly clock?: () => number;
  readonly heartbeatMs?: number;
  /** Largest request body; 4 MiB by default. */
  readonly bodyLimitBytes?: number;
  /** Bytes that may wait for one client of a stream before it is cut; 1 MiB by default. */
  readonly streamBufferLimitBytes?: number;
}

export interface ListenOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

const mebibyte = 1024 * 1024;

/** The HTTP API over handlers that know no HTTP. Importing it starts nothing; `listen` does. */
export class Server {
  readonly #options: ServerOptions;
  readonly #app: FastifyInstance;
  readonly #hub: EventHub;
  readonly #bodyLimitBytes: number;
  #onLoopback = true;
  #url: string | undefined;
  #openApi: string | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#bodyLimitBytes = options.bodyLimitBytes ?? 4 * mebibyte;
    const requestPrefix = `req_${randomBytes(5).toString("hex")}_`;
    let requests = 0;
    this.#app = fastify({
      logger: false,
      bodyLimit: this.#bodyLimitBytes,
      exposeHeadRoutes: false,
      genReqId: () => `${requestPrefix}${(requests += 1)}`,
      routerOptions: { maxParamLength: 500 },
      frameworkErrors: (error, request, reply) => void this.#fail(error, request, reply),
    });
    this.#hub = new EventHub({
      source: options.events,
      log: options.log,
      heartbeatMs: options.heartbeatMs ?? 15_000,
    });
    this.#prepare();
    this.#register();
  }

  /** Where the server answers; throws before `listen`. */
  get url(): string {
    if (this.#url !== undefined) return this.#url;
    throw new TerminalError("internal", "NOT_LISTENING", "the server does not listen yet");
  }

  /** Clients on the event stream. */
  get streamCount(): number {
    return this.#hub.readerCount;
  }

  /** Answers on a host and port; returns the URL. */
  async listen({ host = "127.0.0.1", port }: ListenOptions): Promise<string> {
    this.#onLoopback = isLoopback(host);
    this.#url = await this.#app.listen({ host, port });
    return this.#url;
  }

  /** Ends streams with their cursor, lets running requests finish, and stops. */
  async close(): Promise<void> {
    await this.#app.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #prepare(): void {
    const app = this.#app;
    const sockets = new OpenSockets(app.server);
    app.decorateRequest("identity", null);
    const parse = app.getDefaultJsonParser("error", "error");
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
      if (body === "") return done(null, undefined);
      return parse(request, String(body), (error, value: unknown) => {
        if (error === null) return done(null, value);
        const message = `the body is not valid JSON: ${error.message}`;
        return done(new UserError("validation", "MALFORMED_JSON", message), undefined);
      });
    });
    app.addHook("onRequest", (request, reply) => this.#admit(request, reply));
    app.addHook("preClose", (done) => {
      this.#hub.close();
      sockets.close();
      done();
    });
    app.setErrorHandler((error, request, reply) => this.#fail(error, request, reply));
    app.setNotFoundHandler((request, reply) => {
      const path = request.url.split("?")[0] ?? request.url;
      const { error, allow } = unknownRoute(this.#routes(), request.method, path);
      if (allow.length > 0) reply.header("allow", allow.join(", "));
      return this.#fail(error, request, reply);
    });
  }

  #register(): void {
    const { handlers, plans, idempotency, clock = Date.now, health } = this.#options;
    registerOperations(this.#app, {
      handlers,
      plans,
      idempotency,
      clock,
      hub: this.#hub,
      streamBufferLimitBytes: this.#options.streamBufferLimitBytes ?? mebibyte,
    });
    this.#app.get("/api/health", async (_, reply) =>
      reply
        .header("content-type", "application/json; charset=utf-8")
        .send(JSON.stringify(toWire(Health, await health()))),
    );
    this.#app.get("/openapi.json", async (_, reply) => {
      this.#openApi ??= JSON.stringify(openApiDocument(this.#options.version));
      return reply.header("content-type", "application/json; charset=utf-8").send(this.#openApi);
    });
  }

  /** Before the body is read: who may speak here at all, and with which key. */
  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.header("aomori-version", this.#options.version).header("aomori-request-id", request.id);
    refuseForeignPages(request.headers.host, request.headers.origin, this.#onLoopback);
    const { operation } = request.routeOptions.config;
    if (operation === undefined) return;
    const { authorization } = request.headers;
    request.identity = await checkAccess(authorization, operation, this.#options.authenticate);
  }

  #fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, body, hidden } = toHttpError(error, request.id, this.#bodyLimitBytes);
    if (hidden || status >= 500) {
      const operation = request.routeOptions.config.operation?.id;
      this.#options.log({
        level: "error",
        message: `${request.method} ${request.url.split("?")[0] ?? ""} failed`,
        requestId: request.id,
        ...(operation === undefined ? {} : { operation }),
        error,
      });
    }
    if (status === 401) reply.header("www-authenticate", "Bearer");
    const { retry_after_ms: retryAfterMs } = body.error;
    if (retryAfterMs !== undefined) {
      reply.header("retry-after", String(Math.ceil(retryAfterMs / 1000)));
    }
    return reply
      .code(status)
      .header("content-type", "application/json; charset=utf-8")
      .send(JSON.stringify(body));
  }

  #routes(): { method: string; path: string }[] {
    const bound = Object.values(operations).map(({ http }) => ({
      method: http?.method ?? "GET",
      path: http?.path ?? "/",
    }));
    return [...bound, { method: "GET", path: "/openapi.json" }];
  }
}

export function createServer(options: ServerOptions): Server {
  return new Server(options);
}
