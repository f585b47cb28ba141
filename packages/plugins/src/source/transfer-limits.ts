/** How long is waited and how much is taken. */
export interface TransferLimits {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly idleTimeoutMs: number;
  /** Of one file, with all its attempts. */
  readonly totalTimeoutMs: number;
  readonly maxRedirects: number;
  readonly maxAttempts: number;
  /** Before the second attempt; doubled before each later one. */
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** A server that asks for a longer pause is not waited for. */
  readonly maxRetryAfterMs: number;
  readonly maxManifestBytes: number;
  readonly maxAssetBytes: number;
  /** Of a list of checksums, a signature or a bundle. */
  readonly maxProofBytes: number;
  /** How long a release that is not there yet is waited for, and how often it is looked for. */
  readonly releaseWaitMs: number;
  readonly releasePollMs: number;
}

export const defaultTransferLimits: TransferLimits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
  totalTimeoutMs: 15 * 60_000,
  maxRedirects: 5,
  maxAttempts: 5,
  retryDelayMs: 500,
  maxRetryDelayMs: 10_000,
  maxRetryAfterMs: 60_000,
  maxManifestBytes: 256 * 1024,
  maxAssetBytes: 1024 * 1024 * 1024,
  maxProofBytes: 1024 * 1024,
  releaseWaitMs: 120_000,
  releasePollMs: 5000,
};
