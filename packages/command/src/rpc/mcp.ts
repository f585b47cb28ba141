import { UserError, errorBody } from "@aomori/protocol";
import type { CommandSpec } from "../command-spec.ts";
import type { CommandContext } from "../context.ts";
import type { Program } from "../program.ts";
import { loadCommand, specsOf } from "../program.ts";
import { isRecord } from "../records.ts";
import { CollectedEvents } from "./collected-events.ts";
import { modernVersion, negotiatedVersion, readMeta, stamped } from "./mcp-versions.ts";
import { canContinue, toolCommands, toolDocument } from "./mcp-tools.ts";
import type { RequestId, RpcNotification, RpcRequest } from "./message.ts";
import { rpcCodes, usageFailure } from "./message.ts";
import { Progress } from "./progress.ts";
import type { RpcServerOptions, RpcService } from "./rpc-server.ts";
import { RpcServer } from "./rpc-server.ts";
import { runRequest } from "./run-request.ts";

export interface McpOptions extends RpcServerOptions {
  /** Results one call answers with at most; 200 when absent. */
  readonly maxEvents?: number;
  /** Bytes of all events of one call; 100 KiB when absent. */
  readonly maxBytes?: number;
  /** Offer only what changes nothing. */
  readonly readOnly?: boolean;
}

/**
 * Serves a program's commands as tools of the Model Context Protocol on standard input and output, of the
 * revisions with a handshake (2024-11-05 to 2025-11-25) and of 2026-07-28.
 */
export function serveMcp(
  program: Program,
  context: CommandContext,
  options: McpOptions = {},
): Promise<number> {
  const server = new RpcServer(context, options);
  return server.serve(new McpService(program, context, server, options));
}

type Fields = Readonly<Record<string, unknown>>;

const continued = /^more\.(?<skip>\d+)\.(?<cursor>.*)$/s;

class McpService implements RpcService {
  readonly answersCancelled = false;
  readonly #program: Program;
  readonly #context: CommandContext;
  readonly #server: RpcServer;
  readonly #options: McpOptions;
  #tools: Promise<ReadonlyMap<string, CommandSpec>> | undefined;

  constructor(program: Program, context: CommandContext, server: RpcServer, options: McpOptions) {
    this.#program = program;
    this.#context = context;
    this.#server = server;
    this.#options = options;
  }

  readonly answer = async (request: RpcRequest, signal: AbortSignal): Promise<unknown> => {
    const meta = readMeta(request.params);
    const { program } = this.#context;
    const identity = { name: program.name, version: program.version };
    const capabilities = { tools: { listChanged: false } };
    switch (request.method) {
      case "initialize":
        return {
          protocolVersion: negotiatedVersion(request.params["protocolVersion"]),
          capabilities,
          serverInfo: identity,
          ...this.#instructions(),
        };
      case "server/discover":
        return stamped({ ...meta, isModern: true }, identity, {
          supportedVersions: [modernVersion],
          capabilities,
          ...this.#instructions(),
        });
      case "ping":
        return {};
      case "tools/list":
        return stamped(meta, identity, { tools: await this.#list() });
      case "tools/call":
        return stamped(meta, identity, await this.#call(request, meta.progressToken, signal));
      default:
        throw usageFailure(
          rpcCodes.methodNotFound,
          "UNKNOWN_METHOD",
          `there is no method ${request.method} here; this server offers tools`,
        );
    }
  };

  readonly notified = ({ method, params }: RpcNotification): void => {
    const id = params["requestId"];
    if (method !== "notifications/cancelled" || !isId(id)) return;
    const why = typeof params["reason"] === "string" ? `: ${params["reason"].slice(0, 200)}` : "";
    const reason = new UserError("cancelled", "CANCELLED", `cancelled by the client${why}`);
    this.#server.cancel(id, reason);
  };

  #instructions(): { readonly instructions?: string } {
    const { summary } = this.#context.program;
    return summary === undefined ? {} : { instructions: `${summary}.` };
  }

  #loadTools(): Promise<ReadonlyMap<string, CommandSpec>> {
    this.#tools ??= specsOf(this.#program).then((specs) =>
      toolCommands(specs, this.#options.readOnly === true),
    );
    return this.#tools;
  }

  async #list(): Promise<unknown[]> {
    return [...(await this.#loadTools())].map(([name, spec]) => toolDocument(name, spec));
  }

  async #call(
    { params }: RpcRequest,
    progressToken: RequestId | undefined,
    signal: AbortSignal,
  ): Promise<Fields> {
    const name = params["name"];
    const tools = await this.#loadTools();
    const spec = typeof name === "string" ? tools.get(name) : undefined;
    const given = params["arguments"] ?? {};
    if (spec === undefined || !isRecord(given)) {
      const message =
        spec === undefined
          ? `there is no tool ${JSON.stringify(name)}; tools/list names them`
          : "arguments are an object";
      throw usageFailure(rpcCodes.invalidParams, "UNKNOWN_TOOL", message);
    }
    const { skip, input } = continuation(spec, given);
    const { maxEvents = 200, maxBytes = 100 * 1024 } = this.#options;
    const collected = new CollectedEvents({ maxEvents, maxBytes, skip });
    const progress = new Progress(progressToken, (message) => this.#server.send(message));
    const module = await loadCommand(this.#program, spec.name);
    const { summary } = await runRequest({
      module,
      params: input,
      context: this.#context,
      signal,
      isEnough: () => collected.isFull,
      sink: async (line) => {
        const event: unknown = JSON.parse(line);
        if (!isRecord(event)) return;
        collected.add(event, Buffer.byteLength(line));
        await progress.observe(event);
      },
    }).catch((error: unknown) => ({ summary: { ok: false, count: 0, error: errorBody(error) } }));
    return callResult(spec, collected, summary, input["cursor"]);
  }
}

/** A cursor of ours says how many results of which page were shown; any other is the command's own. */
function continuation(spec: CommandSpec, given: Fields): { skip: number; input: Fields } {
  const { cursor, ...rest } = given;
  const { skip, cursor: own = "" } =
    canContinue(spec) && typeof cursor === "string" ? (continued.exec(cursor)?.groups ?? {}) : {};
  if (skip === undefined) return { skip: 0, input: given };
  return { skip: Number(skip), input: own === "" ? rest : { ...rest, cursor: own } };
}

function callResult(
  spec: CommandSpec,
  collected: CollectedEvents,
  summary: Fields,
  cursor: unknown,
): Fields {
  const { next_cursor: next } = summary;
  const own = typeof cursor === "string" ? cursor : "";
  const more = canContinue(spec) ? `more.${collected.shown}.${own}` : undefined;
  const nextCursor = collected.isCut ? more : next;
  const structuredContent = {
    events: collected.events,
    summary,
    truncated: collected.isCut || summary["truncated"] === true,
    ...(typeof nextCursor === "string" ? { next_cursor: nextCursor } : {}),
  };
  return {
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
    isError: summary["ok"] !== true,
  };
}

function isId(value: unknown): value is RequestId {
  return typeof value === "string" || typeof value === "number";
}
