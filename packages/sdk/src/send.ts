import type { Effects, HttpBinding } from "@aomori/operation";
import { RetryableError, TerminalError, UserError, isCodedError } from "@aomori/protocol";
import { backoffMs, sleep } from "./retry-policy.ts";
import type { Transport, TransportRequest, TransportResponse } from "./transport.ts";
import { sdkVersion } from "./version.ts";
import { connectionError, errorFromResponse } from "./wire-error.ts";

/** The part of an operation that sending needs; no schema. */
export interface WireOperation {
  readonly id: string;
  readonly http?: HttpBinding;
  readonly effects: Effects;
}

/** A server and how to speak to it. */
export interface Endpoint {
  /** With or without a path of its own. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly transport: Transport;
  /** For one attempt, body included; 60 s by default. */
  readonly timeoutMs?: number;
  /** 3 by default. */
  readonly maxRetries?: number;
}

export interface WireRequest {
  readonly operation: WireOperation;
  /** Fields by their wire names. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly dryRun?: boolean | undefined;
  /** Made here when the operation keeps keys and none is given. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutMs = 60_000;
const defaultMaxRetries = 3;

function pathValue(operation: WireOperation, name: string, value: unknown): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (text !== "" && text !== "." && text !== "..") return encodeURIComponent(text);
  throw new UserError(
    "validation",
    "VALIDATION_FAILED",
    `${operation.id}: ${name} is ${value === undefined ? "missing" : JSON.stringify(value)}; give the ${name}`,
    { details: { issues: [{ path: name, message: "is required" }] } },
  );
}

function httpOf(operation: WireOperation): HttpBinding {
  if (operation.http !== undefined) return operation.http;
  throw new TerminalError(
    "internal",
    "OPERATION_LOCAL",
    `${operation.id} runs where it is called; no server answers it`,
  );
}

/** The URL of a request and the input that is left for its body. */
export function urlOf(
  endpoint: Endpoint,
  { operation, input, dryRun }: WireRequest,
): { readonly url: string; readonly rest: Readonly<Record<string, unknown>> } {
  const http = httpOf(operation);
  const rest: Record<string, unknown> = { ...input };
  const path = http.path.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = pathValue(operation, name, rest[name]);
    delete rest[name];
    return value;
  });
  const query = new URLSearchParams();
  if (http.method === "GET" || http.method === "DELETE") {
    for (const [name, value] of Object.entries(rest)) {
      if (value === undefined || value === null) continue;
      for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
    }
  }
  if (dryRun === true) query.set("dry_run", "true");
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  return { url: `${endpoint.baseUrl.replace(/\/+$/, "")}${path}${search}`, rest };
}

export function headersOf(endpoint: Endpoint): Record<string, string> {
  return {
    accept: "application/json",
    "aomori-version": sdkVersion,
    ...(endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
  };
}

async function attempt(
  endpoint: Endpoint,
  request: Omit<TransportRequest, "signal">,
  signal: AbortSignal | undefined,
): Promise<{ readonly response: TransportResponse; readonly text: string }> {
  const timeoutMs = endpoint.timeoutMs ?? defaultTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await endpoint.transport({ ...request, signal: either });
    return { response, text: await response.text() };
  } catch (error) {
    signal?.throwIfAborted();
    if (!timeout.aborted) throw connectionError(request.url, error);
    const message = `${request.method} ${request.url} was not answered within ${timeoutMs} ms; try again or allow more with timeoutMs`;
    throw new RetryableError("timeout", "REQUEST_TIMEOUT", message, { cause: error });
  }
}

function answerOf(response: TransportResponse, text: string, request: string): unknown {
  if (response.status < 200 || response.status > 299) {
    throw errorFromResponse(response, text, request);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${request} was answered with something that is not JSON; is the URL that of an Aomori server?`;
    throw new TerminalError("internal", "ANSWER_UNREADABLE", message, { cause });
  }
}

/**
 * Sends one request and answers with the body in its wire shape. What may be sent twice (reads, dry runs,
 * and effects under an Idempotency-Key) is retried on retryable errors and lost connections. Throws the
 * server's error as its class, CONNECTION_FAILED, REQUEST_TIMEOUT, or the reason of an aborted signal.
 */
export async function send(endpoint: Endpoint, request: WireRequest): Promise<unknown> {
  const { operation, signal, dryRun } = request;
  const { effects } = operation;
  const { method } = httpOf(operation);
  const { url, rest } = urlOf(endpoint, request);
  const keepsKey = effects.idempotencyKey === true && dryRun !== true;
  const key = keepsKey ? (request.idempotencyKey ?? crypto.randomUUID()) : undefined;
  const hasBody = method !== "GET" && method !== "DELETE";
  const repeatable = effects.readOnly || dryRun === true || key !== undefined;
  const maxRetries = repeatable ? (endpoint.maxRetries ?? defaultMaxRetries) : 0;
  const outgoing = {
    method,
    url,
    headers: {
      ...headersOf(endpoint),
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
  };
  for (let failures = 0; ;) {
    signal?.throwIfAborted();
    try {
      const { response, text } = await attempt(endpoint, outgoing, signal);
      return answerOf(response, text, `${method} ${url}`);
    } catch (error) {
      if (!isCodedError(error) || !error.retryable || failures >= maxRetries) throw error;
      failures += 1;
      const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
      const waitMs = backoffMs(failures, asked, Math.random());
      if (waitMs === undefined) throw error;
      await sleep(waitMs, signal);
    }
  }
}
