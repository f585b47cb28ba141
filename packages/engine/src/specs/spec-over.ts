import type { SpecStatusName } from "@aomori/contract";

/** A spec of which nothing will run any more, whoever asks. */
export function isSpecOver(status: SpecStatusName): boolean {
  return status === "completed" || status === "cancelled";
}
