import { CodedError, RetryableError, TerminalError, UserError } from "@aomori/protocol";
import type { ErrorCategory } from "@aomori/protocol";
import { errnoOf } from "@aomori/system";
import { shownUrl } from "./source-url.ts";

/** What was asked for, as far as its failures have names of their own. */
export type BadStatusCode =
  | "MANIFEST_BAD_STATUS"
  | "BINARY_BAD_STATUS"
  | "VIEWER_ZIP_BAD_STATUS"
  | "PROOF_BAD_STATUS"
  | "API_BAD_STATUS";

export interface StatusFacts {
  readonly url: URL;
  readonly status: number;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  readonly rateLimited: boolean;
}

/** The pause a server asks for (RFC 9110, 10.2.3; GitHub's `x-ratelimit-reset` is in seconds since 1970). */
export function requestedPauseMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): number | undefined {
  const after = headers["retry-after"];
  if (typeof after === "string") {
    const atMs = /^\d+$/.test(after) ? nowMs + Number(after) * 1000 : Date.parse(after);
    return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
  }
  const reset = headers["x-ratelimit-reset"];
  if (headers["x-ratelimit-remaining"] !== "0" || typeof reset !== "string") return undefined;
  return Math.max(0, Number(reset) * 1000 - nowMs) || undefined;
}

/** Those of the documented contract, which has one for every answer that is none. */
const documentedCodes: readonly BadStatusCode[] = [
  "MANIFEST_BAD_STATUS",
  "BINARY_BAD_STATUS",
  "VIEWER_ZIP_BAD_STATUS",
];

export const rateLimitCode = "RATE_LIMITED";

function categoryOf(status: number): ErrorCategory {
  if (status === 404 || status === 410) return "not_found";
  if (status === 401) return "authn";
  return status === 403 ? "authz" : "io";
}

function nextStep(status: number, host: string): string {
  if (status === 401) return `the token for ${host} is not accepted; configure a valid one`;
  if (status === 403) return `configure a token for ${host} that may read this repository`;
  if (status === 404 || status === 410) {
    return `check owner, repository, ref and release; a private repository needs a token for ${host}`;
  }
  return "open the address in a browser to see what is there";
}

/** An answer that is none: retryable for a refusal that passes (429, 5xx, a rate limit), else the caller's to fix. */
export function badStatus(code: BadStatusCode, facts: StatusFacts): CodedError {
  const { url, status, retryAfterMs, rateLimited } = facts;
  const details = { url: shownUrl(url), status };
  const named = documentedCodes.includes(code);
  const what = `${shownUrl(url)} answered with status ${status}`;
  if (rateLimited) {
    return new RetryableError(
      "rate_limited",
      named ? code : rateLimitCode,
      `${what}: too many requests; try again later, or configure a token for ${url.host}`,
      {
        details: { ...details, reason: rateLimitCode },
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    );
  }
  if (status >= 500) {
    return new RetryableError("temporary", code, `${what}; try again later`, {
      details,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  const message = `${what}; ${nextStep(status, url.host)}`;
  return new UserError(categoryOf(status), code, message, { details });
}

const timeoutCodes = [
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
];

/** Of the system, of undici, of its HTTP parser, and of zlib where a packed body ends early. */
const transientCodes = /^(?:E(?!RR_)|UND_ERR_|HPE_|Z_)/;
const certificateCodes = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** A failed connection as a typed error. What the transport did not throw comes back as it was. */
export function transportError(error: unknown, url: URL): unknown {
  if (error instanceof CodedError) return error;
  const code = errnoOf(error);
  if (code === undefined || code === "UND_ERR_ABORTED" || !(error instanceof Error)) return error;
  const details = { url: shownUrl(url), reason: code };
  if (timeoutCodes.includes(code)) {
    return new RetryableError(
      "timeout",
      "SOURCE_TIMEOUT",
      `${shownUrl(url)} did not answer in time (${code}); check the network, or try again`,
      { cause: error, details },
    );
  }
  if (transientCodes.test(code)) {
    return new RetryableError(
      "temporary",
      "SOURCE_UNREACHABLE",
      `the connection to ${url.host} failed (${code}: ${error.message}); check the network and the configured proxy, or try again`,
      { cause: error, details },
    );
  }
  if (!certificateCodes.test(code)) return error;
  return new TerminalError(
    "io",
    "SOURCE_UNTRUSTED",
    `${url.host} did not prove who it is (${code}: ${error.message}); nothing was fetched`,
    { cause: error, details },
  );
}
