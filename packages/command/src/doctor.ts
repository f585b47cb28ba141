import type { CheckSeverity } from "@aomori/protocol";
import { RetryableError, errorBody } from "@aomori/protocol";
import type { CommandHandler, CommandRequest, StreamedEvent } from "./command-handler.ts";
import { untilAborted } from "./until-aborted.ts";

/** What a check found. A severity of error fails the command; info and warn do not. */
export interface CheckResult {
  readonly ok: boolean;
  readonly severity: CheckSeverity;
  /** What was found, with the value. */
  readonly detail?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** One thing a program needs to work. */
export interface DoctorCheck {
  readonly name: string;
  /** One that throws has failed with what it threw. */
  readonly run: (request: CommandRequest) => CheckResult | Promise<CheckResult>;
  /** One that takes longer has failed; 10 s when absent. */
  readonly deadlineMs?: number;
}

/** The handler of a `doctor` command: every check once, one after the other, each told as `aoi:check`. */
export function doctorHandler(checks: readonly DoctorCheck[]): CommandHandler {
  return { run: (request) => runChecks(checks, request) };
}

async function* runChecks(
  checks: readonly DoctorCheck[],
  request: CommandRequest,
): AsyncGenerator<StreamedEvent, void> {
  for (const check of checks) {
    const result = await runCheck(check, request).catch((error: unknown): CheckResult => {
      request.signal.throwIfAborted();
      return { ok: false, severity: "error", detail: errorBody(error).message };
    });
    yield { type: "aoi:check", name: check.name, ...result };
  }
}

async function runCheck(
  { run, deadlineMs = 10_000 }: DoctorCheck,
  request: CommandRequest,
): Promise<CheckResult> {
  const late = new AbortController();
  const message = `not finished after ${deadlineMs} ms`;
  const timer = setTimeout(() => {
    late.abort(new RetryableError("timeout", "CHECK_TIMEOUT", message));
  }, deadlineMs);
  const signal = AbortSignal.any([request.signal, late.signal]);
  try {
    return await untilAborted((async () => run({ ...request, signal }))(), signal, 0);
  } finally {
    clearTimeout(timer);
  }
}
