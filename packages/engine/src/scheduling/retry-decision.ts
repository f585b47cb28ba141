import { isCodedError } from "@aomori/protocol";

export const errorClasses = [
  "rate_limited",
  "temporary",
  "agent_error",
  "timeout",
  "auth",
  "stuck",
  "cancelled",
  "merge_conflict",
  "validation_failed",
  "internal",
] as const;

/** What kind of failure ended an attempt; decided where it happened, never read out of a text. */
export type ErrorClass = (typeof errorClasses)[number];

export interface FailedAttempt {
  readonly errorClass: ErrorClass;
  /** The attempt that failed, from 1; for `validation_failed` the round. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** What the service asked for. */
  readonly retryAfterMs?: number;
  /** Back-offs in a row that did not count as attempts; 0 before the first. */
  readonly backoffs?: number;
  /** 0 up to 1. */
  readonly random: () => number;
}

export type RetryDecision =
  | { readonly kind: "retry"; readonly afterMs: number; readonly countsAsAttempt: boolean }
  | { readonly kind: "fail" };

interface Policy {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Classes that another attempt can mend. The others need a person: a key, a merge, a fix in Aomori. */
const retryable: Readonly<Partial<Record<ErrorClass, Policy>>> = {
  temporary: { baseMs: 1_000, maxMs: 60_000 },
  agent_error: { baseMs: 1_000, maxMs: 30_000 },
  timeout: { baseMs: 1_000, maxMs: 30_000 },
  stuck: { baseMs: 1_000, maxMs: 30_000 },
  validation_failed: { baseMs: 0, maxMs: 0 },
};

const rateLimit: Policy = { baseMs: 5_000, maxMs: 900_000 };

/** Doubling from `baseMs`, capped, then spread over its upper half so that tasks do not come back together. */
function backoffMs(policy: Policy, exponent: number, random: () => number): number {
  const doublings = Math.min(Math.max(exponent, 0), 30);
  const fullMs = Math.min(policy.baseMs * 2 ** doublings, policy.maxMs);
  return Math.round(fullMs / 2 + (fullMs / 2) * random());
}

/** Whether a failed attempt is made again, and when; a rate limit always is, and costs no attempt. */
export function retryDecision(failed: FailedAttempt): RetryDecision {
  const asked = failed.retryAfterMs ?? 0;
  const askedMs = Number.isFinite(asked) ? asked : 0;
  if (failed.errorClass === "rate_limited") {
    const ownMs = backoffMs(rateLimit, failed.backoffs ?? 0, failed.random);
    return { kind: "retry", afterMs: Math.max(askedMs, ownMs), countsAsAttempt: false };
  }
  const policy = retryable[failed.errorClass];
  if (policy === undefined || failed.attempt >= failed.maxAttempts) return { kind: "fail" };
  const ownMs = backoffMs(policy, failed.attempt - 1, failed.random);
  return { kind: "retry", afterMs: Math.max(askedMs, ownMs), countsAsAttempt: true };
}

/** The class of a thrown error, from its category and `retryable`; what nobody coded is `internal`. */
export function errorClassOf(error: unknown): ErrorClass {
  if (!isCodedError(error)) return "internal";
  switch (error.category) {
    case "rate_limited":
      return "rate_limited";
    case "timeout":
      return "timeout";
    case "authn":
    case "authz":
      return "auth";
    case "cancelled":
      return "cancelled";
    default:
      return error.retryable ? "temporary" : "internal";
  }
}
