/** The wrapper's own options, as parsed. */
export interface WrapperOptions {
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
  readonly fields: readonly string[];
  readonly maxBytes: number | undefined;
  readonly maxTokens: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly adapterFiles: readonly string[];
  /** Text output only: treats the tool as one that no adapter knows. */
  readonly lines: boolean;
}

export const noOptions: WrapperOptions = {
  limit: undefined,
  cursor: undefined,
  fields: [],
  maxBytes: undefined,
  maxTokens: undefined,
  timeoutMs: undefined,
  dryRun: false,
  yes: false,
  adapterFiles: [],
  lines: false,
};
