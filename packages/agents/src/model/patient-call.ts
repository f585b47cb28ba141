import { setTimeout as delay } from "node:timers/promises";

import type { AgentError } from "@aomori/contract";
import { callModel, type ModelAnswer, type ModelCallRequest } from "./model-call.ts";
import { modelError } from "./model-error.ts";

const maxFailures = 3;
const longestWaitMs = 30_000;
const firstDelayMs = 1_000;

/**
 * How long to wait before the same model call is made again; undefined: report the error. An agent that has done nothing
 * yet reports at once, so that whoever schedules it can back off; one in the middle of its work waits a little, because
 * its conversation would be lost.
 */
function retryDelayMs(
  error: AgentError,
  state: { readonly failures: number; readonly hasWorkToLose: boolean },
): number | undefined {
  if (error.class !== "rate_limited" && error.class !== "temporary") return undefined;
  if (!state.hasWorkToLose || state.failures > maxFailures) return undefined;
  const delayMs = error.retryAfterMs ?? firstDelayMs * 2 ** (state.failures - 1);
  return delayMs > longestWaitMs ? undefined : delayMs;
}

/** `callModel`, made again after a wait where `retryDelayMs` says so. Throws the last error, or the signal's reason. */
export async function callPatiently(
  request: ModelCallRequest,
  hasWorkToLose: boolean,
): Promise<ModelAnswer> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await callModel(request);
    } catch (error) {
      request.signal.throwIfAborted();
      const delayMs = retryDelayMs(await modelError(error), { failures, hasWorkToLose });
      if (delayMs === undefined) throw error;
      await delay(delayMs, undefined, { signal: request.signal });
    }
  }
}
