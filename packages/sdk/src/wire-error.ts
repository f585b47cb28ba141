import {
  RetryableError,
  TerminalError,
  UserError,
  errorCategories,
  isCodedError,
} from "@aomori/protocol";
import type { CodedError, ErrorCategory } from "@aomori/protocol";
import type { TransportResponse } from "./transport.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCategory = (value: unknown): value is ErrorCategory =>
  errorCategories.some((category) => category === value);

/** Categories whose cause the caller can remove. */
const fixable: readonly ErrorCategory[] = [
  "usage",
  "validation",
  "authn",
  "authz",
  "not_found",
  "conflict",
  "config",
];

function retryAfterMs(response: TransportResponse, body: unknown): number | undefined {
  if (isRecord(body) && typeof body["retry_after_ms"] === "number") return body["retry_after_ms"];
  const header = response.header("retry-after");
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** What something on the way answered, as it is not an error body of ours. */
function strange(response: TransportResponse, text: string, request: string): CodedError {
  const { status } = response;
  const shown = text.replace(/\s+/g, " ").trim().slice(0, 200);
  const message = `${request} was answered with ${status} and no error body${shown === "" ? "" : `: ${shown}`}; is the URL that of an Aomori server?`;
  const details = { http_status: status };
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    const after = retryAfterMs(response, undefined);
    return new RetryableError("temporary", "SERVER_UNAVAILABLE", message, {
      details,
      ...(after === undefined ? {} : { retryAfterMs: after }),
    });
  }
  return new TerminalError("internal", "ANSWER_UNREADABLE", message, { details });
}

/** The error a response carries, as the class its server threw, with `http_status` and `request_id` in its details. */
export function errorFromResponse(
  response: TransportResponse,
  text: string,
  request: string,
): CodedError {
  const body = parsed(text);
  const error = isRecord(body) ? body["error"] : undefined;
  if (!isRecord(error)) return strange(response, text, request);
  const { code, category, message, retryable, details } = error;
  if (typeof code !== "string" || typeof message !== "string" || !isCategory(category)) {
    return strange(response, text, request);
  }
  const requestId = response.header("aomori-request-id");
  const options = {
    details: {
      ...(isRecord(details) ? details : {}),
      http_status: response.status,
      ...(requestId === undefined ? {} : { request_id: requestId }),
    },
  };
  if (retryable === true) {
    const after = retryAfterMs(response, error);
    const withAfter = after === undefined ? options : { ...options, retryAfterMs: after };
    return new RetryableError(category, code, message, withAfter);
  }
  return fixable.includes(category)
    ? new UserError(category, code, message, options)
    : new TerminalError(category, code, message, options);
}

/** JSON, or `undefined` for what is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** No answer came: refused, reset, unresolved. */
export function connectionError(url: string, cause: unknown): RetryableError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = inner instanceof Error ? inner.message || inner.name : String(inner);
  const message = `cannot reach ${new URL(url).origin}: ${why}; check the URL and that the server runs`;
  return new RetryableError("temporary", "CONNECTION_FAILED", message, { cause });
}

/** True for an error of Aomori's; with a code, for that one. */
export function isAomoriError(error: unknown, code?: string): error is CodedError {
  return isCodedError(error) && (code === undefined || error.code === code);
}
