import type { WrapperOptions } from "./options.ts";

/** Bytes per token, for the estimate: what common tokenizers make of JSON lies between 2.5 and 4. */
const bytesPerToken = 3;

/** Says how many records still fit. */
export interface Budget {
  /** Whether this record fits; a record that does not ends the page. */
  readonly takes: (record: object) => boolean;
  readonly usedBytes: () => number;
  readonly estimatedTokens: () => number;
  /** Whether sizes were counted at all. */
  readonly isMeasured: boolean;
  /** No record is ever too many. */
  readonly takesAll: boolean;
}

export function createBudget(options: WrapperOptions): Budget {
  const { limit = Infinity, maxBytes, maxTokens } = options;
  const isMeasured = maxBytes !== undefined || maxTokens !== undefined;
  const capBytes = Math.min(maxBytes ?? Infinity, (maxTokens ?? Infinity) * bytesPerToken);
  let count = 0;
  let usedBytes = 0;
  return {
    isMeasured,
    takesAll: !isMeasured && limit === Infinity,
    usedBytes: () => usedBytes,
    estimatedTokens: () => Math.ceil(usedBytes / bytesPerToken),
    takes: (record) => {
      if (count >= limit) return false;
      if (isMeasured) {
        const sizeBytes = Buffer.byteLength(JSON.stringify(record, bigIntText)) + 1;
        if (usedBytes + sizeBytes > capBytes) return false;
        usedBytes += sizeBytes;
      }
      count += 1;
      return true;
    },
  };
}

function bigIntText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
