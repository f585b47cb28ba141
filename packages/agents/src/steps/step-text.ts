const maxSummaryLength = 200;
const maxTextBytes = 64 * 1024;

/** C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides, zero-width marks. */
const unsafeInLine = /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;
/** NUL, which Postgres refuses in a text, and lone surrogates, which no UTF-8 can hold. */
const unstorable = /\0|\p{Cs}/gu;

/** One line for people: control characters become a space, at most 200 characters. */
export function summaryLine(text: string): string {
  // Looking at a prefix keeps a summary of a large text cheap.
  const line = text
    .slice(0, maxSummaryLength * 8)
    .replaceAll(unstorable, "")
    .replaceAll(unsafeInLine, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  if (line.length <= maxSummaryLength) return line;
  return `${line.slice(0, maxSummaryLength - 1).replaceAll(unstorable, "")}…`;
}

/** A text that a store can hold, cut at 64 KiB of UTF-8 with a note that says so. */
export function storedText(text: string): string {
  return cutMiddle(text.replaceAll(unstorable, ""), maxTextBytes);
}

/** Keeps the head and the tail of a text that is longer than `maxBytes` of UTF-8, and says what is missing between them. */
export function cutMiddle(text: string, maxBytes: number): string {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= maxBytes) return text;
  const note = `\n… ${sizeBytes - maxBytes} or more bytes left out …\n`;
  const room = maxBytes - Buffer.byteLength(note);
  if (room <= 0) return headOf(Buffer.from(text), maxBytes);
  const bytes = Buffer.from(text);
  const headBytes = Math.ceil(room / 2);
  return headOf(bytes, headBytes) + note + tailOf(bytes, room - headBytes);
}

function headOf(bytes: Buffer, sizeBytes: number): string {
  let end = sizeBytes;
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.subarray(0, end).toString("utf8");
}

function tailOf(bytes: Buffer, sizeBytes: number): string {
  let start = bytes.length - sizeBytes;
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start).toString("utf8");
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
