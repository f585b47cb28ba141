type JsonObject = Readonly<Record<string, unknown>>;

/** Only this much of a text, counted from its end, is searched, and no more than so many braces. */
const searchedLength = 50_000;
const maxStarts = 200;

function objectFrom(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where the object that starts at `start` ends, or -1; braces inside strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return -1;
}

/** The JSON objects a text ends with, outermost ones, from the last to the first; prose and fences around them are passed over. */
export function* jsonObjectsIn(text: string): Generator<JsonObject> {
  const whole = objectFrom(text.trim());
  if (whole !== undefined) {
    yield whole;
    return;
  }
  const searched = text.slice(-searchedLength);
  const found: { readonly object: JsonObject; readonly start: number; readonly end: number }[] = [];
  let start = searched.lastIndexOf("{");
  for (let starts = 0; start >= 0 && starts < maxStarts; starts += 1) {
    const end = endOfObject(searched, start);
    const object = end < 0 ? undefined : objectFrom(searched.slice(start, end));
    if (object !== undefined) found.push({ object, start, end });
    start = start === 0 ? -1 : searched.lastIndexOf("{", start - 1);
  }
  for (const { object, start: from, end } of found) {
    if (!found.some((other) => other.start < from && other.end >= end)) yield object;
  }
}
