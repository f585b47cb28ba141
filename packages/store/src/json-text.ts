/** Postgres stores no NUL, neither in text nor in jsonb; it becomes the replacement character. */
export const cleanText = (text: string): string =>
  text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;

const mayHoldForbidden = /\\u(?:0000|d[89a-f])/i;

/** A document as jsonb takes it: NUL and half surrogate pairs, which jsonb refuses, become the replacement character. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!mayHoldForbidden.test(text)) return text;
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "string") return cleanText(item.toWellFormed());
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(
      Object.entries(item).map(([key, field]) => [cleanText(key.toWellFormed()), field]),
    );
  });
}
