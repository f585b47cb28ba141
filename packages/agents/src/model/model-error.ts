import { isCodedError, RetryableError, UserError } from "@aomori/protocol";
import type * as Sdk from "ai";
import type { APICallError } from "ai";

import type { AgentError } from "@aomori/contract";
import { summaryLine } from "../steps/step-text.ts";

/** A model that stopped sending, as our own timer found it. */
export class ModelSilentError extends Error {
  override readonly name = "ModelSilentError";
}

/** A stream that ended without an answer or with one that is no protocol message. */
export class ModelAnswerError extends Error {
  override readonly name = "ModelAnswerError";
}

/** What went wrong in a model call, by the SDK's typed errors and HTTP status; never by its wording. */
export async function modelError(error: unknown): Promise<AgentError> {
  let sdk: typeof Sdk;
  try {
    sdk = await import("ai");
  } catch (loadError) {
    return { class: "internal", code: "MODEL_CALL_FAILED", message: said(loadError) };
  }
  return classify(error, sdk);
}

function classify(error: unknown, sdk: typeof Sdk): AgentError {
  const cause = sdk.RetryError.isInstance(error) ? error.lastError : error;
  if (isCodedError(cause)) return codedError(cause);
  if (cause instanceof ModelSilentError) {
    return { class: "timeout", code: "MODEL_SILENT", message: cause.message };
  }
  if (sdk.APICallError.isInstance(cause)) return callError(cause);
  const streamed = streamedStatus(cause);
  if (streamed !== undefined) return statusError(streamed.status, streamed.message, undefined);
  if (sdk.LoadAPIKeyError.isInstance(cause)) {
    return { class: "auth", code: "PROVIDER_KEY_MISSING", message: said(cause) };
  }
  if (isMalformed(cause, sdk)) {
    const message = `the model server's answer cannot be read: ${said(cause)}; check its base URL`;
    return { class: "temporary", code: "MODEL_ANSWER_MALFORMED", message };
  }
  if (isConnectionError(cause)) {
    return { class: "temporary", code: "MODEL_UNREACHABLE", message: said(cause) };
  }
  return { class: "internal", code: "MODEL_CALL_FAILED", message: said(cause) };
}

/**
 * What to throw for it: RetryableError for what may pass, UserError for what a person must change, the error itself for
 * what nobody foresaw.
 */
export function thrownModelError(error: AgentError, cause: unknown): unknown {
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  if (error.class === "internal" || isCodedError(cause)) return cause;
  if (error.class === "auth") return new UserError("authn", error.code, error.message, { cause });
  if (error.class === "agent_error") {
    return new UserError("config", error.code, error.message, { cause });
  }
  return new RetryableError(error.class, error.code, error.message, { cause, ...wait });
}

function codedError(error: UserError | RetryableError | (Error & { code: string })): AgentError {
  const category = "category" in error ? error.category : "internal";
  const isAuth = category === "authn" || category === "authz" || category === "config";
  const isTemporary = error instanceof RetryableError;
  return {
    class: isAuth ? "auth" : isTemporary ? "temporary" : "agent_error",
    code: error.code,
    message: error.message,
  };
}

function callError(error: APICallError): AgentError {
  const { statusCode } = error;
  if (statusCode === undefined) {
    return error.isRetryable
      ? { class: "temporary", code: "MODEL_UNREACHABLE", message: said(error) }
      : { class: "agent_error", code: "MODEL_REFUSED", message: said(error) };
  }
  // A success status with this error means a body that is not the protocol's.
  if (statusCode < 400) {
    const message = `the model server's answer cannot be read: ${said(error)}; check its base URL`;
    return { class: "temporary", code: "MODEL_ANSWER_MALFORMED", message };
  }
  return statusError(statusCode, said(error), retryAfterMs(error.responseHeaders));
}

/** What an HTTP status of a model server means to us. */
export function statusError(
  status: number,
  message: string,
  waitMs: number | undefined,
): AgentError {
  const wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  const text = `model server answered ${status}: ${message}`;
  if (status === 401 || status === 403) {
    return { class: "auth", code: "MODEL_KEY_REFUSED", message: `${text}; check the provider key` };
  }
  if (status === 402) {
    return { class: "auth", code: "MODEL_CREDIT_USED_UP", message: `${text}; check the account` };
  }
  if (status === 429)
    return { class: "rate_limited", code: "MODEL_RATE_LIMITED", message: text, ...wait };
  if (status === 408 || status === 409 || status >= 500) {
    return { class: "temporary", code: "MODEL_UNAVAILABLE", message: text, ...wait };
  }
  if (status === 404) {
    return {
      class: "agent_error",
      code: "MODEL_NOT_FOUND",
      message: `${text}; check the model's name and the base URL`,
    };
  }
  return { class: "agent_error", code: "MODEL_REFUSED", message: text };
}

/** Providers put a status on errors that arrive inside a stream; such an error is a plain object. */
function streamedStatus(error: unknown): { status: number; message: string } | undefined {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === "number" ? { status: statusCode, message: said(error) } : undefined;
}

function isMalformed(error: unknown, sdk: typeof Sdk): boolean {
  return (
    error instanceof ModelAnswerError ||
    sdk.JSONParseError.isInstance(error) ||
    sdk.TypeValidationError.isInstance(error) ||
    sdk.InvalidResponseDataError.isInstance(error) ||
    sdk.EmptyResponseBodyError.isInstance(error) ||
    sdk.NoContentGeneratedError.isInstance(error) ||
    sdk.NoOutputGeneratedError.isInstance(error)
  );
}

const networkErrnos: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

function isConnectionError(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const code = "code" in current ? current.code : undefined;
    if (typeof code === "string" && (networkErrnos.has(code) || code.startsWith("UND_ERR_"))) {
      return true;
    }
    current = current.cause;
  }
  // What fetch throws for a connection lost in the middle of a body carries its reason as cause.
  return error instanceof TypeError && error.cause instanceof Error;
}

/** Retry-After (RFC 9110 §10.2.3: seconds or a date) and `retry-after-ms`. */
function retryAfterMs(
  headers: Readonly<Record<string, string>> | undefined,
  nowMs: number = Date.now(),
): number | undefined {
  const milliseconds = Number.parseFloat(headers?.["retry-after-ms"] ?? "");
  if (milliseconds >= 0) return Math.round(milliseconds);
  const text = headers?.["retry-after"];
  if (text === undefined) return undefined;
  const seconds = Number.parseFloat(text);
  if (seconds >= 0) return Math.round(seconds * 1000);
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function said(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) {
    return summaryLine(String(error.message));
  }
  return summaryLine(String(error));
}
