/**
 * Settles as `promise` does; once `signal` is aborted it has `graceMs` left, then this rejects with the
 * signal's reason, so that a handler that ignores its signal cannot keep a command alive.
 */
export function untilAborted<Value>(
  promise: PromiseLike<Value>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => {
        signal.removeEventListener("abort", onAbort);
        reject(signal.reason);
      }, graceMs);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
