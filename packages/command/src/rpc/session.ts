import { UserError, errorBody, errorCategories } from "@aomori/protocol";
import type { ErrorBody } from "@aomori/protocol";
import type { CommandContext } from "../context.ts";
import { capabilitiesDocument } from "../discovery.ts";
import type { Program } from "../program.ts";
import { loadCommand, specsOf } from "../program.ts";
import { isRecord } from "../records.ts";
import { Credit } from "./credit.ts";
import type { RequestId, RpcNotification, RpcRequest } from "./message.ts";
import { RpcFailure, rpcCodes, rpcError, usageFailure } from "./message.ts";
import type { RpcServerOptions, RpcService } from "./rpc-server.ts";
import { RpcServer } from "./rpc-server.ts";
import { runRequest } from "./run-request.ts";

/** Of the session protocol; the standard's own is a design for its next version. */
const sessionProtocolVersion = "0.3";

/**
 * Serves a program's commands for as long as standard input lasts (`--mode session`): JSON-RPC 2.0, one message
 * a line. A request's method is a command's name, its params are the input; its events come as `$/event` with
 * the request's id, and its result is the summary a batch run ends with; `ok` is false in it where something
 * failed that is no error, a check for one. A run that told an error is answered with it.
 */
export function serveSession(
  program: Program,
  context: CommandContext,
  options: RpcServerOptions = {},
): Promise<number> {
  const server = new RpcServer(context, options);
  return server.serve(new SessionService(program, context, server));
}

type Fields = Readonly<Record<string, unknown>>;

class SessionService implements RpcService {
  readonly answersCancelled = true;
  readonly #program: Program;
  readonly #context: CommandContext;
  readonly #server: RpcServer;
  readonly #credit = new Credit();
  #isInitialized = false;

  constructor(program: Program, context: CommandContext, server: RpcServer) {
    this.#program = program;
    this.#context = context;
    this.#server = server;
  }

  readonly answer = async (request: RpcRequest, signal: AbortSignal): Promise<unknown> => {
    if (request.method === "initialize") return await this.#initialize(request.params);
    if (!this.#isInitialized) {
      const message = `"${request.method}" before initialize; send initialize first`;
      throw usageFailure(rpcCodes.notInitialized, "NOT_INITIALIZED", message);
    }
    if (request.method === "shutdown") return await this.#shutdown(request.id);
    return await this.#run(request, signal);
  };

  readonly notified = ({ method, params }: RpcNotification): void => {
    const id = requestId(params["request_id"]);
    if (method === "$/cancel" && id !== undefined) {
      const reason = new UserError("cancelled", "CANCELLED", "cancelled by the client");
      this.#server.cancel(id, reason);
    } else if (method === "$/credit") {
      const events = params["events"];
      if (isCount(events)) this.#credit.grant(events, id);
    }
  };

  async #initialize(params: Fields): Promise<unknown> {
    if (this.#isInitialized) {
      throw usageFailure(
        rpcCodes.invalidRequest,
        "INITIALIZED_TWICE",
        "initialize was answered already",
      );
    }
    const { protocol_version: version, initial_credit: credit } = params;
    if (typeof version !== "string") {
      const message = `initialize needs protocol_version; this is ${sessionProtocolVersion}`;
      throw usageFailure(rpcCodes.invalidParams, "INVALID_VALUE", message);
    }
    if (credit !== undefined && !isCount(credit)) {
      const message = `initial_credit is a number of events, not ${JSON.stringify(credit)}`;
      throw usageFailure(rpcCodes.invalidParams, "INVALID_VALUE", message);
    }
    this.#isInitialized = true;
    if (credit !== undefined) this.#credit.limit(credit);
    const { program } = this.#context;
    const { commands, schemas } = capabilitiesDocument(program, await specsOf(this.#program));
    return {
      tool: program.name,
      tool_version: program.version,
      protocol_version: sessionProtocolVersion,
      capabilities: {
        commands,
        schemas,
        wire_formats: ["jsonl"],
        push_notifications: false,
        cancel: true,
        credit: true,
        max_line_bytes: this.#server.maxLineBytes,
        max_requests: this.#server.maxRequests,
      },
    };
  }

  /** What is at work is cancelled and answered, then this; then the session is over. */
  async #shutdown(id: RequestId): Promise<unknown> {
    this.#server.refuseFurther();
    const reason = new UserError("cancelled", "CANCELLED", "cancelled by shutdown");
    await this.#server.cancelAll(reason, id);
    this.#server.endReading();
    return null;
  }

  async #run({ id, method, params }: RpcRequest, signal: AbortSignal): Promise<unknown> {
    const module = await loadCommand(this.#program, method).catch((error: unknown) => {
      const body = errorBody(error);
      if (body.code !== "UNKNOWN_COMMAND") throw error;
      throw new RpcFailure({ ...rpcError(body), code: rpcCodes.methodNotFound });
    });
    this.#credit.open(id);
    try {
      const { summary, error } = await runRequest({
        module,
        params,
        context: this.#context,
        signal,
        onStop: () => this.#credit.release(id),
        sink: (line) => this.#event(id, line),
      });
      if (error === undefined) return summary;
      throw new RpcFailure(rpcError(bodyOf(error), { summary }));
    } finally {
      this.#credit.release(id);
    }
  }

  async #event(id: RequestId, line: string): Promise<void> {
    await this.#credit.take(id);
    const params = `{"request_id":${JSON.stringify(id)},"event":${line}}`;
    await this.#server.sendText(`{"jsonrpc":"2.0","method":"$/event","params":${params}}`);
  }
}

function requestId(value: unknown): RequestId | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function bodyOf({ type: _type, ...fields }: Fields): ErrorBody {
  const { code, message, retryable } = fields;
  const category = errorCategories.find((known) => known === fields["category"]) ?? "internal";
  const { retry_after_ms: retryAfterMs, details } = fields;
  return {
    code: String(code),
    category,
    message: String(message),
    retryable: retryable === true,
    ...(typeof retryAfterMs === "number" ? { retry_after_ms: retryAfterMs } : {}),
    ...(isRecord(details) ? { details } : {}),
  };
}
