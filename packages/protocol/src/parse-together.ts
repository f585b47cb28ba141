import type { BrokenLine } from "./line-splitter.ts";

const openBrace = 0x7b;
/** More at once would only take memory. */
const maxLength = 1024 * 1024;

/**
 * The values of lines that are JSON objects, parsed at once, which takes a tenth less time than one by one.
 * Nothing of all of them when one is no such line, or might be: then each is to be parsed by itself.
 *
 * Joined by commas, as items of one list, broken lines could make sense together. Where no list begins inside of a
 * line they cannot: every line begins with a brace, and after a comma that only an outer list goes on with. So all
 * these commas are between items, each line is one item or more, and as many items as lines are one each. No text
 * reaches over the end of a line, as JSON escapes it.
 */
export function parseTogether(lines: readonly (string | BrokenLine)[]): readonly unknown[] {
  if (!areShortObjects(lines) || lines[0]?.includes("[") === true) return [];
  const text = lines.join(",\n");
  if (text.includes("[")) return [];
  try {
    const values: unknown = JSON.parse(`[${text}]`);
    return Array.isArray(values) && values.length === lines.length ? values : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function areShortObjects(lines: readonly (string | BrokenLine)[]): lines is readonly string[] {
  let length = 0;
  for (const line of lines) {
    if (typeof line !== "string" || line.charCodeAt(0) !== openBrace) return false;
    length += line.length;
  }
  return length <= maxLength;
}
