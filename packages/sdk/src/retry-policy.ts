const baseMs = 250;
const longestMs = 8_000;
/** A server that asks for more patience than this gets none: the caller decides. */
const longestRetryAfterMs = 60_000;

/** How long to wait before the retry after `failures` failures (from 1): doubling, with jitter of a half; `undefined` for not at all. */
export function backoffMs(
  failures: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > longestRetryAfterMs) return undefined;
  const full = Math.min(longestMs, baseMs * 2 ** (failures - 1));
  return Math.max(retryAfterMs ?? 0, full * (0.5 + random / 2));
}

/** Resolves after a while; rejects with the signal's reason when it is aborted first. */
export function sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
