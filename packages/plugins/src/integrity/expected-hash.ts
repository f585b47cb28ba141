import { TerminalError } from "@aomori/protocol";
import type { Sha256 } from "../names/names.ts";
import type { Trust } from "./trust-level.ts";

export interface HashSource {
  readonly from: NonNullable<Trust["checksum_from"]>;
  /** For messages: a file's name or address. */
  readonly where: string;
  readonly sha256: Sha256;
}

/** The hash all sources agree on, told as the first one's; undefined when there is none. */
export function agreedHash(asset: string, sources: readonly HashSource[]): HashSource | undefined {
  const [first] = sources;
  const other = sources.find(({ sha256 }) => sha256 !== first?.sha256);
  if (first === undefined || other === undefined) return first;
  throw new TerminalError(
    "validation",
    "CHECKSUM_CONFLICT",
    `${asset} should be ${first.sha256} by ${first.where} and ${other.sha256} by ${other.where}; nothing was installed, ask the plugin's author which is right`,
    { details: { asset, sources: sources.map(({ where, sha256 }) => ({ where, sha256 })) } },
  );
}

export function checkHash(asset: string, expected: HashSource, actual: Sha256): void {
  if (expected.sha256 === actual) return;
  throw new TerminalError(
    "validation",
    "CHECKSUM_MISMATCH",
    `${asset} is ${actual}, and ${expected.where} says ${expected.sha256}; nothing was installed: the asset was changed or damaged after it was published`,
    { details: { asset, expected: expected.sha256, actual, where: expected.where } },
  );
}
