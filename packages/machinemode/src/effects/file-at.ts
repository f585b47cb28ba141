import { errnoOf } from "@aomori/system";
import type { ByteString } from "../byte-text.ts";
import { statOf } from "../native/facts.ts";
import type { FileKind } from "../native/kinds.ts";
import { kindOfMode } from "../native/kinds.ts";

/** What lies at a path; undefined where nothing does. Other failures are thrown. */
export function fileAt(path: ByteString, follow: boolean): FileKind | undefined {
  try {
    return kindOfMode(statOf(path, follow).mode);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  // A dangling link is there, although what it points to is not.
  return follow ? fileAt(path, false) : undefined;
}
