import { isRecord } from "@aomori/system";

/** A member of an unknown value, `undefined` when there is none. */
export function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** The text of a message: a string as it is, or the `text` of its parts, one per line. */
export function messageText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => member(part, "text"))
    .filter((text) => typeof text === "string")
    .join("\n");
}
