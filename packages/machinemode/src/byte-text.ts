import { fieldsOfBytes } from "@aomori/protocol";

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

/** The text of a byte string, for people: U+FFFD stands where the bytes are not UTF-8. */
export function shownText(bytes: ByteString): string {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** The fields that tell a byte string: its text, and its exact bytes beside it where they are not UTF-8. */
export function textFields(field: string, bytes: ByteString): Record<string, string> {
  if (ascii.test(bytes)) return { [field]: bytes };
  return fieldsOfBytes(field, Buffer.from(bytes, "latin1"));
}

/** Sets the same on a record. */
export function setText(record: Record<string, unknown>, field: string, bytes: ByteString): void {
  if (ascii.test(bytes)) record[field] = bytes;
  else Object.assign(record, textFields(field, bytes));
}

/** As many characters as a message can carry. */
export function clip(text: string, maxLength = 1000): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

/** The fields of a warning that show what could not be read. */
export function rawFields(bytes: ByteString): Record<string, string> {
  return textFields("raw", clip(bytes, 4096));
}
