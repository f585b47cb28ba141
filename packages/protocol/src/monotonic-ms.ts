/** Milliseconds of a clock that only goes on: as `performance.now()`, whose module takes 2 ms to load, counted from elsewhere. Node only. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
