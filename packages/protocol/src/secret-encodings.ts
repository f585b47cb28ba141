/**
 * How a secret may look inside other text: as it is, JSON-escaped (also with ASCII only, and with `\/`),
 * URL-escaped as different libraries do it, and in base64 and base64url at any alignment.
 */
export function encodingsOf(secret: string): string[] {
  const json = jsonEscaped(secret);
  const urls = urlEncodings(secret.toWellFormed());
  const base64 = base64Alignments(secret);
  return [
    secret,
    json,
    json.replaceAll("/", "\\/"),
    asciiEscaped(json),
    ...urls,
    ...urls.map((url) => url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    ...base64.map(encodeURIComponent),
  ];
}

/** The inside of a JSON string. */
export function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function asciiEscaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function urlEncodings(text: string): string[] {
  const component = encodeURIComponent(text);
  // RFC 3986 reserves these too, and many libraries escape them.
  const strict = component.replace(/[!'()*]/g, (mark) => {
    return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  const forms = [component, strict];
  return [
    ...forms,
    ...forms.map((url) => url.replaceAll("%2F", "/")),
    ...forms.map((url) => url.replaceAll("%20", "+")),
    encodeURI(text),
  ];
}

/**
 * Base64 of text that contains the secret at byte offset 0, 1 or 2 modulo 3: only the characters that
 * depend on the secret alone are kept, so that any prefix and suffix match.
 */
function base64Alignments(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
}
