/** What an archive may cost to unpack; every figure is inclusive. */
export interface ArchiveLimits {
  readonly maxEntries: number;
  /** Of all files together, unpacked. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes per packed byte, looked at once more than `ratioFloorBytes` are unpacked. */
  readonly maxRatio: number;
  readonly ratioFloorBytes: number;
  /** Folders and the file, counted together. */
  readonly maxDepth: number;
  /** Of a whole path, in UTF-8. */
  readonly maxPathBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  maxEntries: 20_000,
  maxTotalBytes: 1024 * 1024 * 1024,
  maxRatio: 200,
  ratioFloorBytes: 1024 * 1024,
  maxDepth: 32,
  maxPathBytes: 1024,
};
