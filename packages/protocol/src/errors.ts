/** The 14 standard categories of AOI-CLI §9.1. */
export const errorCategories = [
  "usage",
  "validation",
  "authn",
  "authz",
  "not_found",
  "conflict",
  "rate_limited",
  "temporary",
  "timeout",
  "internal",
  "config",
  "io",
  "cancelled",
  "partial",
] as const;

export type ErrorCategory = (typeof errorCategories)[number];

/** An error as every surface shows it: the event `aoi:error`, an HTTP body, the CLI's `{error:{…}}`. */
export interface ErrorBody {
  /** UPPER_SNAKE, stable. */
  readonly code: string;
  readonly category: ErrorCategory;
  /** What happened, with the value, and what to do next. */
  readonly message: string;
  readonly retryable: boolean;
  readonly retry_after_ms?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface CodedErrorOptions {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that carries a decision. Never thrown itself: throw one of its three children;
 * whatever is none of them is a bug and travels up untouched.
 */
export abstract class CodedError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  abstract readonly retryable: boolean;

  constructor(
    category: ErrorCategory,
    code: string,
    message: string,
    options: CodedErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.category = category;
    this.code = code;
    this.details = options.details;
  }
}

/** The caller can fix it; the same call again fails again. */
export class UserError extends CodedError {
  override readonly name = "UserError";
  readonly retryable = false;
}

/** The same call may succeed later. */
export class RetryableError extends CodedError {
  override readonly name = "RetryableError";
  readonly retryable = true;
  readonly retryAfterMs: number | undefined;

  constructor(
    category: ErrorCategory,
    code: string,
    message: string,
    options: CodedErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(category, code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Nobody can fix it by calling again: the run it belongs to is over. */
export class TerminalError extends CodedError {
  override readonly name = "TerminalError";
  readonly retryable = false;
}

const codedNames: readonly string[] = ["UserError", "RetryableError", "TerminalError"];

/** True for the three classes above, also when they come from another copy of this package. */
export function isCodedError(value: unknown): value is CodedError {
  return value instanceof Error && codedNames.includes(value.name) && "category" in value;
}

/** Of something thrown that is no Error; `String` itself throws for an object without a prototype. */
function describeThrown(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `a thrown object with the fields ${Object.keys(value).join(", ") || "(none)"}`;
}

/** The wire shape of anything thrown; what is not a coded error becomes `INTERNAL` without its text's secrets being judged here. */
export function errorBody(error: unknown): ErrorBody {
  if (!isCodedError(error)) {
    const message = error instanceof Error ? error.message : describeThrown(error);
    return { code: "INTERNAL", category: "internal", message, retryable: false };
  }
  return {
    code: error.code,
    category: error.category,
    message: error.message,
    retryable: error.retryable,
    ...retryAfter(error),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/** By its field and not its class: each bundle of a program has its own copy of that. */
function retryAfter(error: CodedError): Pick<ErrorBody, "retry_after_ms"> {
  if (!("retryAfterMs" in error) || typeof error.retryAfterMs !== "number") return {};
  return { retry_after_ms: error.retryAfterMs };
}
