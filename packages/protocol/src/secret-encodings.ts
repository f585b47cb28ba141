/**
 * Where a secret may hide, as sources of regular expressions: as it is, JSON-escaped (once or twice, with
 * `\/` and `\u…`), URL-escaped in whatever way a library does it, and in base64 and base64url at any alignment.
 */
export interface SecretPatterns {
  /** For text. */
  readonly text: readonly string[];
  /** For finished JSON: they match wherever a text inside it matches. */
  readonly json: readonly string[];
}

const sameEverywhere = /^[\w.-]$/;

export function patternsOf(secret: string, minLength: number): SecretPatterns {
  const forms = Array.from(secret, formsOf);
  const base64 = base64Forms(secret).filter((text) => text.length >= minLength);
  const literal = [...new Set(base64)].map(escapePattern);
  return {
    text: [sequenceOf(forms), ...literal],
    json: [sequenceOf(forms.map((all) => all.map(jsonEscaped))), ...literal],
  };
}

/** How one character may be written. */
function formsOf(char: string): string[] {
  if (sameEverywhere.test(char)) return [char];
  const json = jsonEscaped(char);
  const units = char.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  const hex = units.map((unit) => `\\u${unit}`).join("");
  const percent = [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).padStart(2, "0")}`)
    .join("");
  return [
    char,
    json,
    jsonEscaped(json),
    hex,
    hex.replace(/[a-f]/g, (digit) => digit.toUpperCase()),
    percent,
    percent.toUpperCase(),
    ...(char === "/" ? ["\\/"] : []),
    ...(char === " " ? ["+"] : []),
  ];
}

/** Longest first, so that of an escape nothing is left over. */
function sequenceOf(forms: readonly (readonly string[])[]): string {
  const choices = forms.map((all) => {
    const distinct = [...new Set(all)].sort((a, b) => b.length - a.length).map(escapePattern);
    return distinct.length === 1 ? distinct.join("") : `(?:${distinct.join("|")})`;
  });
  return choices.join("");
}

/** The inside of a JSON string. */
function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/**
 * Base64 of text that contains the secret at byte offset 0, 1 or 2 modulo 3: only the characters that
 * depend on the secret alone are kept, so that any prefix and suffix match.
 */
function base64Forms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const plain = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  const url = plain.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...plain, ...url, ...plain.map(encodeURIComponent)];
}
