import { isUtf8 } from "node:buffer";

/**
 * Names and output of tools are bytes, not text. Inside this package they travel as byte strings: one
 * character per byte (latin1), so that they can be joined, split and compared as they are.
 */
export type ByteString = string;

// oxlint-disable-next-line no-control-regex -- ASCII is exactly this range
const ascii = /^[\x00-\x7f]*$/;

/** Whether the bytes are text as they stand. */
export function isAscii(bytes: ByteString): boolean {
  return ascii.test(bytes);
}

/** The byte string of a JavaScript text. */
export function toByteString(text: string): ByteString {
  return ascii.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** What a system call takes for a byte string. */
export function toSystemPath(bytes: ByteString): string | Buffer {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, "latin1");
}

/** The text of a byte string, and its bytes in base64 where they are not UTF-8 (the text then has U+FFFD in it). */
export function decodeBytes(bytes: ByteString): { readonly text: string; readonly b64?: string } {
  if (ascii.test(bytes)) return { text: bytes };
  const buffer = Buffer.from(bytes, "latin1");
  const text = buffer.toString("utf8");
  return isUtf8(buffer) ? { text } : { text, b64: buffer.toString("base64") };
}

/** Sets `field`, and `field_b64` beside it where the bytes are not UTF-8. */
export function setText(record: Record<string, unknown>, field: string, bytes: ByteString): void {
  const { text, b64 } = decodeBytes(bytes);
  record[field] = text;
  if (b64 !== undefined) record[`${field}_b64`] = b64;
}

/** The same as an object to spread. */
export function textFields(field: string, bytes: ByteString): Record<string, string> {
  const { text, b64 } = decodeBytes(bytes);
  return b64 === undefined ? { [field]: text } : { [field]: text, [`${field}_b64`]: b64 };
}

/** As many characters as a message can carry. */
export function clip(text: string, maxLength = 1000): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

/** The fields of a warning that show what could not be read. */
export function rawFields(bytes: ByteString): { readonly raw: string; readonly raw_b64?: string } {
  const { text, b64 } = decodeBytes(clip(bytes, 4096));
  return b64 === undefined ? { raw: text } : { raw: text, raw_b64: b64 };
}
