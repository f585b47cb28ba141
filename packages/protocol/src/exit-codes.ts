import type { ErrorCategory } from "./errors.ts";

/**
 * Exit status per error category. AOI-CLI 0.2 fixes 0, 64, 70, 74 and 141 by example; the rest follows
 * sysexits.h and 128+N and is Aomori's choice.
 */
export const exitCodes: Readonly<Record<ErrorCategory, number>> = {
  usage: 64,
  validation: 65,
  not_found: 66,
  internal: 70,
  conflict: 73,
  io: 74,
  temporary: 75,
  rate_limited: 75,
  authn: 77,
  authz: 77,
  config: 78,
  timeout: 124,
  cancelled: 130,
  partial: 1,
};

/** Exit status after a signal: 128 plus its number. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Exit status when the reader closed the pipe: 128 + SIGPIPE, an ordinary end. */
export const closedPipeExitCode = 141;
