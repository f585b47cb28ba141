import { UserError, errorBody, isCodedError } from "@aomori/protocol";
import type { ErrorBody, ErrorCategory } from "@aomori/protocol";

/** HTTP status per error category; the only such table. */
const statusByCategory: Readonly<Record<ErrorCategory, number>> = {
  usage: 400,
  validation: 400,
  authn: 401,
  authz: 403,
  not_found: 404,
  conflict: 409,
  config: 422,
  rate_limited: 429,
  internal: 500,
  io: 500,
  partial: 500,
  cancelled: 503,
  temporary: 503,
  timeout: 504,
};

/** Codes for which HTTP has a status of its own. */
const statusByCode: ReadonlyMap<string, number> = new Map([
  ["METHOD_NOT_ALLOWED", 405],
  ["BODY_TOO_LARGE", 413],
  ["MEDIA_TYPE_UNSUPPORTED", 415],
]);

export interface HttpError {
  readonly status: number;
  readonly body: { readonly error: ErrorBody };
  /** True when the text of the error stays in the log. */
  readonly hidden: boolean;
}

const frameworkCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;

const frameworkStatus = (error: unknown): number | undefined =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;

/** What Fastify refuses before a handler runs, in our words. */
function fromFramework(error: unknown, bodyLimitBytes: number): UserError | undefined {
  switch (frameworkCode(error)) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new UserError(
        "validation",
        "BODY_TOO_LARGE",
        `the body is over ${bodyLimitBytes} bytes; send less`,
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new UserError(
        "validation",
        "MEDIA_TYPE_UNSUPPORTED",
        "the body is not JSON; send it with content-type: application/json",
      );
    default: {
      const status = frameworkStatus(error);
      if (status === undefined || status >= 500) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      return new UserError("validation", "BAD_REQUEST", `the request cannot be read: ${message}`);
    }
  }
}

/** Any error as status and body. What is not a coded error is a bug: its text stays in the log, under the request's id. */
export function toHttpError(error: unknown, requestId: string, bodyLimitBytes: number): HttpError {
  const known = isCodedError(error) ? error : fromFramework(error, bodyLimitBytes);
  if (known === undefined) {
    const message = `something went wrong inside the server; its log says what under ${requestId}`;
    const body = { code: "INTERNAL", category: "internal", message, retryable: false } as const;
    return { status: 500, body: { error: body }, hidden: true };
  }
  const body = errorBody(known);
  const status = statusByCode.get(body.code) ?? statusByCategory[body.category];
  return { status, body: { error: body }, hidden: false };
}
