import { RetryableError, TerminalError, isCodedError } from "@aomori/protocol";
import { backoffMs, sleep } from "./retry-policy.ts";
import { headersOf, urlOf } from "./send.ts";
import type { Endpoint, WireOperation } from "./send.ts";
import { SseParser } from "./sse-parser.ts";
import type { SseRecord } from "./sse-parser.ts";
import type { TransportResponse } from "./transport.ts";
import { connectionError, errorFromResponse } from "./wire-error.ts";

/** `open` comes whenever a connection stands: everything behind `cursor` will follow. */
export type StreamItem =
  | { readonly kind: "open"; readonly cursor: number }
  | { readonly kind: "event"; readonly seq: number; readonly type: string; readonly data: unknown };

export interface StreamRequest {
  readonly operation: WireOperation;
  /** Filters by their wire names; `after` and `follow` too. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
  /** Failures in a row before the stream gives up; 10 by default. */
  readonly maxFailures?: number | undefined;
  /** Silence after which a connection counts as lost; three heartbeats, 45 s, by default. */
  readonly idleTimeoutMs?: number | undefined;
}

const defaultMaxFailures = 10;
const defaultIdleTimeoutMs = 45_000;

interface Position {
  cursor: number | undefined;
  failures: number;
}

async function connect(
  endpoint: Endpoint,
  request: StreamRequest,
  cursor: number | undefined,
  signal: AbortSignal,
): Promise<TransportResponse> {
  const { url } = urlOf(endpoint, request);
  const headers = {
    ...headersOf(endpoint),
    accept: "text/event-stream",
    ...(cursor === undefined ? {} : { "last-event-id": String(cursor) }),
  };
  const response = await endpoint
    .transport({ method: "GET", url, headers, signal })
    .catch((error: unknown) => {
      throw connectionError(url, error);
    });
  if (response.status === 200) return response;
  throw errorFromResponse(response, await response.text(), `GET ${url}`);
}

/** Aborts when nobody calls `alive` for a while. */
function watchdog(idleTimeoutMs: number): { signal: AbortSignal; alive(): void; stop(): void } {
  const controller = new AbortController();
  const expire = (): void => controller.abort();
  let timer = setTimeout(expire, idleTimeoutMs);
  const stop = (): void => clearTimeout(timer);
  const alive = (): void => {
    stop();
    timer = setTimeout(expire, idleTimeoutMs);
  };
  return { signal: controller.signal, alive, stop };
}

/** The text of an answer; a connection that breaks is a retryable error. */
async function* textOf(response: TransportResponse, url: string): AsyncGenerator<string> {
  try {
    yield* response.chunks();
  } catch (error) {
    throw connectionError(url, error);
  }
}

function eventOf(record: SseRecord, seq: number): StreamItem {
  const type = record.event ?? "message";
  try {
    return { kind: "event", seq, type, data: JSON.parse(record.data ?? "") };
  } catch (cause) {
    const message = `event ${seq} of the stream is not JSON; is the URL that of an Aomori server?`;
    throw new TerminalError("internal", "ANSWER_UNREADABLE", message, { cause });
  }
}

/** One connection's items; moves the position before each is given out. Ends with whether the server cut it. */
async function* readConnection(
  endpoint: Endpoint,
  request: StreamRequest,
  position: Position,
): AsyncGenerator<StreamItem, { readonly cut: boolean }> {
  const guard = watchdog(request.idleTimeoutMs ?? defaultIdleTimeoutMs);
  const signals = request.signal === undefined ? [] : [request.signal];
  const signal = AbortSignal.any([guard.signal, ...signals]);
  const parser = new SseParser();
  let open = false;
  let cut = false;
  try {
    const response = await connect(endpoint, request, position.cursor, signal);
    for await (const text of textOf(response, endpoint.baseUrl)) {
      guard.alive();
      for (const record of parser.push(text)) {
        const seq = Number(record.id ?? Number.NaN);
        if (!Number.isSafeInteger(seq)) continue;
        position.failures = 0;
        const seen = position.cursor !== undefined && seq <= position.cursor;
        position.cursor = Math.max(seq, position.cursor ?? 0);
        guard.stop();
        if (record.event === "aomori.cursor") cut = true;
        else if (record.data !== undefined && !seen) yield eventOf(record, seq);
        else if (record.data === undefined && !open) yield { kind: "open", cursor: seq };
        open = true;
        guard.alive();
      }
    }
    return { cut };
  } finally {
    guard.stop();
  }
}

/**
 * Events of the stream, in order, each once: a lost, silent or cut connection is opened again behind the last
 * seq. Ends only when the request does not follow. Throws what a retry cannot mend, the last error after
 * `maxFailures` failures in a row, or the reason of an aborted signal.
 */
export async function* streamWire(
  endpoint: Endpoint,
  request: StreamRequest,
): AsyncGenerator<StreamItem, void> {
  const { signal } = request;
  const position: Position = { cursor: undefined, failures: 0 };
  const maxFailures = request.maxFailures ?? defaultMaxFailures;
  for (;;) {
    signal?.throwIfAborted();
    let retryAfterMs: number | undefined;
    try {
      const { cut } = yield* readConnection(endpoint, request, position);
      if (!cut && request.input["follow"] === false) return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isCodedError(error) || !error.retryable || position.failures >= maxFailures) throw error;
      if (error instanceof RetryableError) retryAfterMs = error.retryAfterMs;
    }
    position.failures += 1;
    const waitMs = backoffMs(position.failures, retryAfterMs, Math.random()) ?? retryAfterMs ?? 0;
    await sleep(waitMs, signal);
  }
}
