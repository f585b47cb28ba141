import type { ErrorClass } from "../scheduling/retry-decision.ts";

/** Why a task's run did not end well. */
export interface TaskFailure {
  readonly errorClass: ErrorClass;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}
