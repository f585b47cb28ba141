import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "@aomori/protocol";
import { anthropicReply } from "./anthropic-reply.ts";
import { readAnthropicCount, readAnthropicRequest } from "./anthropic-request.ts";
import { chatReply } from "./chat-reply.ts";
import { readChatRequest } from "./chat-request.ts";
import { chooseReply } from "./choose-reply.ts";
import type { Conversation } from "./conversation.ts";
import { FaultBook, faultRefusal } from "./faults.ts";
import { newToken } from "./frames.ts";
import { modelList } from "./model-list.ts";
import { readJsonBody } from "./request-body.ts";
import { responsesReply } from "./responses-reply.ts";
import { readResponsesRequest } from "./responses-request.ts";
import type { FaultKind, Scenario } from "./scenario.ts";
import { sendJson, sendReply } from "./send-reply.ts";
import { WireError, wireErrorBody } from "./wire-error.ts";
import type { Dialect } from "./wire-error.ts";

const rememberedRequests = 2000;

/** One request as the server saw it; never holds a key. */
export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly dialect: Dialect;
  readonly stream: boolean;
  /** What was asked for: a phase or a task with its mode and attempt. */
  readonly about: string;
  readonly status: number;
  readonly fault: FaultKind["kind"] | undefined;
  readonly body: unknown;
}

export interface ModelServer {
  /** `http://127.0.0.1:PORT`; Anthropic clients take this, OpenAI clients take it with `/v1`. */
  readonly url: string;
  readonly port: number;
  /** The newest 2,000 requests, oldest first. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Route {
  readonly dialect: Dialect;
  readonly read: (raw: unknown) => Conversation;
  readonly countOnly?: true;
}

/** OpenRouter ends every stream with the counts, asked or not. */
function readOpenRouterRequest(raw: unknown): Conversation {
  return { ...readChatRequest(raw), streamUsage: true };
}

const routes: Readonly<Record<string, Route>> = {
  "/v1/messages": { dialect: "anthropic", read: readAnthropicRequest },
  "/v1/messages/count_tokens": {
    dialect: "anthropic",
    read: readAnthropicCount,
    countOnly: true,
  },
  "/v1/chat/completions": { dialect: "chat", read: readChatRequest },
  "/api/v1/chat/completions": { dialect: "chat", read: readOpenRouterRequest },
  "/v1/responses": { dialect: "responses", read: readResponsesRequest },
};

interface State {
  readonly scenario: Scenario;
  readonly faults: FaultBook;
  readonly requests: ModelRequest[];
  readonly signal: AbortSignal;
}

type Note = { -readonly [K in keyof ModelRequest]: ModelRequest[K] };

function remember(state: State, note: ModelRequest): void {
  state.requests.push(note);
  if (state.requests.length > rememberedRequests) state.requests.shift();
}

function keyOf(request: IncomingMessage): string {
  const own = request.headers["x-api-key"];
  if (typeof own === "string" && own !== "") return own;
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

function checkKey(request: IncomingMessage, scenario: Scenario): void {
  const key = keyOf(request);
  if (key === "") {
    throw new WireError(401, "No API key: send x-api-key or authorization: Bearer.", {
      code: "invalid_api_key",
    });
  }
  if (scenario.keys !== undefined && !scenario.keys.includes(key)) {
    throw new WireError(401, "invalid x-api-key: not one of the scenario's keys", {
      code: "invalid_api_key",
    });
  }
}

function checkModel(model: string, scenario: Scenario): void {
  if (scenario.models === undefined || scenario.models.includes(model)) return;
  throw new WireError(
    404,
    `model: ${model} does not exist; the scenario has ${scenario.models.join(", ")}`,
    { param: "model", code: "model_not_found" },
  );
}

function wireReply(
  dialect: Dialect,
  conversation: Conversation,
  choice: Parameters<typeof anthropicReply>[1],
): ReturnType<typeof anthropicReply> {
  if (dialect === "anthropic") return anthropicReply(conversation, choice);
  const nowMs = Date.now();
  return dialect === "chat"
    ? chatReply(conversation, choice, nowMs)
    : responsesReply(conversation, choice, nowMs);
}

async function answer(
  state: State,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  note: Note,
): Promise<void> {
  const { dialect } = route;
  checkKey(request, state.scenario);
  if (dialect === "anthropic" && request.headers["anthropic-version"] === undefined) {
    throw new WireError(400, "anthropic-version: header is required");
  }
  note.body = await readJsonBody(request);
  const conversation = route.read(note.body);
  note.stream = conversation.stream;
  checkModel(conversation.model, state.scenario);
  if (route.countOnly) {
    note.about = "token count";
    sendJson(response, 200, { input_tokens: conversation.inputTokens });
    return;
  }
  const choice = chooseReply(state.scenario, conversation);
  note.about = choice.about;
  const fault = state.faults.take(conversation);
  note.fault = fault?.kind;
  const gone = AbortSignal.any([state.signal, closeSignal(response)]);
  if (fault?.kind === "hang") return await untilGone(gone);
  const refusal = fault && faultRefusal(dialect, fault);
  if (refusal !== undefined) throw refusal;
  if (choice.kind === "unknown") throw new WireError(404, choice.message);
  await delay(choice.delayMs, undefined, { signal: gone });
  await sendReply(response, conversation.stream, wireReply(dialect, conversation, choice.reply), {
    fault,
    signal: gone,
  });
}

function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

async function untilGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A client that hangs up while we wait or write is no error of the server. */
function refuse(response: ServerResponse, dialect: Dialect, error: unknown): number {
  if (response.destroyed || response.headersSent) {
    response.destroy();
    return 499;
  }
  const wire =
    error instanceof WireError
      ? error
      : new WireError(
          500,
          `model server failed: ${error instanceof Error ? error.message : String(error)}`,
        );
  const requestId = `req_${newToken()}`;
  const body = wireErrorBody(dialect, wire, requestId);
  sendJson(response, wire.status, body, { ...wire.headers, "request-id": requestId });
  return wire.status;
}

async function handle(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const method = request.method ?? "GET";
  const route = routes[path];
  const anthropic = request.headers["anthropic-version"] !== undefined;
  const dialect = route?.dialect ?? (anthropic ? "anthropic" : "chat");
  const note: Note = {
    method,
    path,
    dialect,
    stream: false,
    about: path,
    status: 200,
    fault: undefined,
    body: undefined,
  };
  remember(state, note);
  try {
    if (path === "/" && (method === "HEAD" || method === "GET")) {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(method === "HEAD" ? undefined : `scenario ${state.scenario.name}\n`);
    } else if (path === "/v1/models" && method === "GET") {
      checkKey(request, state.scenario);
      sendJson(response, 200, modelList(state.scenario, anthropic));
    } else if (route === undefined) {
      throw new WireError(404, `${method} ${path} is not served here`);
    } else if (method !== "POST") {
      throw new WireError(405, `${method} is not allowed on ${path}; use POST`);
    } else {
      await answer(state, route, request, response, note);
    }
  } catch (error) {
    note.status = refuse(response, dialect, error);
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new UserError(
          cause.code === "EADDRINUSE" ? "conflict" : "io",
          "MODEL_SERVER_PORT",
          `the model server cannot listen on 127.0.0.1:${port}: ${cause.message}; choose another port, or 0 for a free one`,
          { cause },
        ),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/**
 * Serves a scenario on loopback as Anthropic Messages, OpenAI Chat Completions and OpenAI Responses.
 * Replies follow from the request alone; only the counts of faults already struck are kept.
 * `signal` closes it. Throws `UserError` MODEL_SERVER_PORT when the port cannot be had.
 */
export async function startModelServer(options: {
  readonly scenario: Scenario;
  readonly port?: number;
  readonly signal?: AbortSignal;
}): Promise<ModelServer> {
  options.signal?.throwIfAborted();
  const closing = new AbortController();
  const state: State = {
    scenario: options.scenario,
    faults: new FaultBook(options.scenario),
    requests: [],
    signal: closing.signal,
  };
  const server = createServer((request, response) => {
    void handle(state, request, response);
  });
  const port = await listen(server, options.port ?? 0);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      closing.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  };
  const onAbort = (): void => void close();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  server.once("close", () => options.signal?.removeEventListener("abort", onAbort));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: state.requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}
