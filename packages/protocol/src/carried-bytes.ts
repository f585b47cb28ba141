/** The field that holds the exact bytes of another whose text is not the whole truth. The name is Aomori's choice: the standard is silent. */
const suffix = "_base64";

const loneSurrogate = /[\ud800-\udfff]/u;

export const bytesFieldName = (name: string): string => `${name}${suffix}`;

/**
 * A byte string as event fields: `{name: text}` when it is UTF-8, otherwise the text with U+FFFD in place of
 * what is not, and the exact bytes in base64 beside it as `name_base64`.
 */
export function fieldsOfBytes(name: string, bytes: Uint8Array): Record<string, string> {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(text).equals(buffer)) return { [name]: text };
  return { [name]: text, [bytesFieldName(name)]: buffer.toString("base64") };
}

/** The exact bytes of a field that was written by `fieldsOfBytes`; undefined when it is no text. */
export function bytesOfField(
  event: Readonly<Record<string, unknown>>,
  name: string,
): Uint8Array | undefined {
  const exact = event[bytesFieldName(name)];
  if (typeof exact === "string") return Buffer.from(exact, "base64");
  const text = event[name];
  return typeof text === "string" ? Buffer.from(text) : undefined;
}

/** UTF-8 that also carries lone surrogates, as three bytes each (WTF-8), so that such a string survives. */
export function exactBytes(text: string): Uint8Array {
  const pieces = text.split(new RegExp(`(${loneSurrogate.source})`, "u")).map((piece) => {
    if (!loneSurrogate.test(piece)) return Buffer.from(piece);
    const unit = piece.charCodeAt(0);
    return Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]);
  });
  return Buffer.concat(pieces);
}
