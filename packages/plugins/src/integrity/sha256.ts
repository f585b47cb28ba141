import type { Sha256 } from "../names/names.ts";

export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}
