import type { Paint } from "@aomori/command";
import { cellText } from "@aomori/command";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

/** A path or URL as text that opens it when it is clicked, where the terminal can. */
export function placeText(value: unknown, paint: Paint, shown: string = cellText(value)): string {
  if (typeof value !== "string") return shown;
  if (isAbsolute(value)) return paint.link(shown, pathToFileURL(value).href);
  return /^https?:\/\//.test(value) ? paint.link(shown, value) : shown;
}
