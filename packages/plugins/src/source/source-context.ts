import type { SourceClient } from "./source-client.ts";

/** What is told while something is fetched. */
export type SourceProgress =
  | {
      readonly kind: "retrying";
      readonly url: string;
      /** The attempt that failed, from 1. */
      readonly attempt: number;
      readonly delayMs: number;
      /** Code of its failure. */
      readonly reason: string;
    }
  | {
      readonly kind: "waiting";
      /** A tag, or an asset's name. */
      readonly name: string;
      readonly elapsedMs: number;
      readonly limitMs: number;
    }
  | {
      readonly kind: "downloading";
      readonly url: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | undefined;
    };

export interface SourceContext {
  readonly client: SourceClient;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SourceProgress) => void) | undefined;
}
