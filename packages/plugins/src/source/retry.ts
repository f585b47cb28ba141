import { setTimeout as delay } from "node:timers/promises";
import { RetryableError } from "@aomori/protocol";
import { shownUrl } from "./source-url.ts";
import type { SourceContext } from "./source-context.ts";
import { rateLimitCode } from "./source-error.ts";
import type { TransferLimits } from "./transfer-limits.ts";

function pauseMs(error: RetryableError, attempt: number, limits: TransferLimits): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs;
  return Math.min(limits.maxRetryDelayMs, limits.retryDelayMs * 2 ** (attempt - 1));
}

/**
 * Tries until it works, a failure is not retryable, or the attempts are used up; then the last failure is thrown. The whole is bounded by
 * the total timeout, and a server that asks for too long a pause is not waited for.
 */
export async function withRetries<T>(
  context: SourceContext,
  url: URL,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { limits } = context.client;
  const timeout = AbortSignal.timeout(limits.totalTimeoutMs);
  const signals = context.signal === undefined ? [timeout] : [context.signal, timeout];
  const signal = AbortSignal.any(signals);
  try {
    for (let number = 1; ; number += 1) {
      try {
        return await attempt(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RetryableError) || number >= limits.maxAttempts) throw error;
        const delayMs = pauseMs(error, number, limits);
        if (delayMs > limits.maxRetryAfterMs) throw error;
        const reason = error.category === "rate_limited" ? rateLimitCode : error.code;
        context.onProgress?.({
          kind: "retrying",
          url: shownUrl(url),
          attempt: number,
          delayMs,
          reason,
        });
        await delay(delayMs, undefined, { signal });
      }
    }
  } catch (error) {
    context.signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    throw new RetryableError(
      "timeout",
      "SOURCE_TIMEOUT",
      `${shownUrl(url)} was not fetched within ${limits.totalTimeoutMs} ms; check the network, or try again`,
      { cause: error, details: { url: shownUrl(url) } },
    );
  }
}
