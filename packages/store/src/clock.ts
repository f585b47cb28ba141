/** Where the store reads the time; the engine's clock fits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const isoTime = (atMs: number): string => new Date(atMs).toISOString();
