import { UserError } from "@aomori/protocol";
import { errnoOf } from "@aomori/system";
import { readFileSync } from "node:fs";
import { isUtf8 } from "node:buffer";

/**
 * Node makes U+FFFD of what is not UTF-8 in an argument, which would then name another file. Throws
 * ARGUMENT_NOT_UTF8 where the system shows that this happened, and where it cannot be seen.
 */
export function refuseLostBytes(words: readonly string[]): void {
  const suspect = words.find((word) => word.includes("\uFFFD"));
  if (suspect === undefined || isWhole()) return;
  throw new UserError(
    "validation",
    "ARGUMENT_NOT_UTF8",
    `the argument ${JSON.stringify(suspect)} is not UTF-8 and cannot be handed on as it is; name its directory instead`,
  );
}

function isWhole(): boolean {
  try {
    return isUtf8(readFileSync("/proc/self/cmdline"));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
